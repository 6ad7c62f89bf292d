# timeout: 300
# costly
# Reference cases, where they are at hand (KAURI_REFERENCE): jobs with the tables of another engine.
if [ -z "${KAURI_REFERENCE:-}" ]; then
    echo "skipped: KAURI_REFERENCE is not set"
    exit 77
fi
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

while read -r case; do
    run_cases 1e-3 "$KAURI_REFERENCE/$case"
done <<END
demos/AreaSourceClassicalPSHA
demos/PointSourceClassicalPSHA
demos/LatinSamplingClassicalPSHA
demos/GMPETablePSHA
classical/case_01
classical/case_18
classical/case_24
classical/case_26
classical/case_48
classical/case_66
classical/case_82
logictree/case_10
logictree/case_12
logictree/case_16
logictree/case_52
logictree/case_56
logictree/case_68
demos/CharacteristicFaultSourceCase1ClassicalPSHA
demos/CharacteristicFaultSourceCase3ClassicalPSHA
demos/SimpleFaultSourceClassicalPSHA
demos/LogicTreeCase3ClassicalPSHA
classical/case_04
classical/case_32
classical/case_35
classical/case_37
classical/case_60
classical/case_62
classical/case_65
classical/case_80
logictree/case_01
logictree/case_05
logictree/case_07
logictree/case_13
logictree/case_14
logictree/case_18
logictree/case_20
logictree/case_31
logictree/case_67
logictree/case_73
logictree/case_84
demos/NonparametricSourcesClassicalPSHA
classical/case_02
classical/case_12
classical/case_22
classical/case_33
classical/case_40
classical/case_41
classical/case_43
classical/case_49
classical/case_50
classical/case_51
classical/case_54
classical/case_55
classical/case_57
classical/case_63
classical/case_70
classical/case_74
classical/case_77
classical/case_83
logictree/case_04
logictree/case_28
logictree/case_45
logictree/case_59
national/extend
national/hikurangi
national/nz2022
national/product
national/sampled
national/shared
national/source_specific
australia/nsha23_part
END
finish
