# The door to the build: `make` prints what there is. The build itself is CMake with presets
# (CMakePresets.json); everything here can be typed by hand as well.
SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS := $(shell nproc 2>/dev/null || echo 2)
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(JOBS)
export CTEST_PARALLEL_LEVEL ?= $(JOBS)
DEPS := tools/install-deps.sh

.DEFAULT_GOAL := help
.NOTPARALLEL:
LONG := check-slow check-asan check-tsan check-valgrind check-cov check-fuzz tidy check-cppcheck \
	check-install check-arm64 docs
.PHONY: help deps deps-test demo release test dev asan install format clean bench check-long $(LONG)

help:  ## print this list
	@echo 'make TARGET, where TARGET is'
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  \1\t\2/p' Makefile | expand -t 18

deps:  ## install the libraries and tools that the program needs (apt; sudo where not root)
	@$(DEPS) base

deps-test:  ## the same for the tests and the checks of the sources
	@$(DEPS) test

demo: release  ## build the program and compute the hazard of demos/area
	build/release/kauri run demos/area/job.ini -o build/demo -e csv
	@tools/show-demo.sh build/demo

release: deps  ## build the optimized program: build/release/kauri
	cmake --preset release
	cmake --build --preset release --target kauri libkauri completion

test: dev asan  ## build with gcc, and with clang's sanitizers, and pass all tests in both

dev: deps-test  ## the first half of `make test`: gcc, warnings are errors
	cmake --workflow --preset dev

asan: deps-test  ## the second half: clang, address and undefined-behaviour sanitizers
	cmake --workflow --preset asan

install: release  ## install program, library, manual, completion, pages: make install PREFIX=/usr/local
	cmake --install build/release --prefix '$(PREFIX)'

format: deps-test  ## format all C files with clang-format 14
	@tools/check-format.sh . --fix

man: release  ## make the manual page anew, from the records that --help is made of
	build/release/kauri help --man > man/kauri.1

clean:  ## remove build/
	rm -rf build

docs:  ## build all pages as HTML with pandoc: build/docs/index.html
	@$(DEPS) docs
	@tools/build_docs.py build/docs

bench: release  ## time the program on a job, the ground-motion models, statistics of large trees
	cmake --build --preset release --target benches
	bench/run.py
	build/release/bench/bench_gmm
	build/release/bench/bench_tree

check-long: $(LONG)  ## the checks that take long: all of the following, one after the other
	@echo 'check-long: all passed'

check-slow: release  ## the tests named *_long, with the optimized program
	@$(DEPS) test
	cmake --preset release
	cmake --build --preset release
	ctest --test-dir build/release --output-on-failure -L '^long$$'

check-asan: asan  ## the tests marked costly under the sanitizers, after the others
	ctest --preset asan-costly

check-tsan: deps-test  ## all tests under the thread sanitizer
	cmake --workflow --preset tsan

check-valgrind:  ## the unit tests, and the program in the scripts, under valgrind's memcheck
	@$(DEPS) long
	cmake --preset dev
	cmake --build --preset dev
	@tools/check-valgrind.sh build/dev

check-cov:  ## all tests; fails below 90 % of lines executed or 80 % of branches taken
	@$(DEPS) long
	cmake --preset cov
	cmake --build --preset cov
	find build/cov -name '*.gcda' -delete
	ctest --preset cov -LE fuzz
	cmake --build --preset cov --target coverage

FUZZ_SECONDS ?= 60
check-fuzz: deps-test  ## every reader fuzzed for a minute, or FUZZ_SECONDS
	cmake --workflow --preset fuzz
	@tools/check-fuzz.sh -s $(FUZZ_SECONDS)

tidy: deps-test  ## read all sources with clang-tidy
	cmake --workflow --preset tidy

check-cppcheck:  ## cppcheck over the sources
	@$(DEPS) long
	cppcheck -q -j $(JOBS) --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=arrayIndexThenCheck \
		--error-exitcode=1 -I include -I src src

check-install: deps-test  ## install into a scratch folder, build a program against it
	@$(DEPS) docs
	@tools/check-install.sh

check-arm64: release  ## build for 64-bit ARM, run the tests under qemu, compare with x86-64
	@tools/check-arm64.sh
