"""A browser without a window, told what to do over a pipe (Chrome's DevTools protocol)."""
import json
import os
import shutil
import subprocess
import tempfile

BROWSER = os.environ.get("BROWSER", "")
SECONDS = "150"


class Browser:
    """With Browser() as b: b.show(page, 390); b.evaluate("1 + 1"). b.said is what was said on the console."""

    def __enter__(self):
        self.home = tempfile.mkdtemp()
        ours, theirs = os.pipe(), os.pipe()  # what it reads, what it writes
        command = ["timeout", SECONDS, BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
                   "--user-data-dir=" + self.home]
        # the browser reads descriptor 3 and writes 4
        self.process = subprocess.Popen(
            ["bash", "-c", 'exec 3<&"$0" 4>&"$1"; shift; exec "${@:1}"', str(ours[0]), str(theirs[1])] + command,
            pass_fds=(ours[0], theirs[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(ours[0])
        os.close(theirs[1])
        self.to, self.answers = os.fdopen(ours[1], "wb"), os.fdopen(theirs[0], "rb")
        self.number, self.rest, self.said, self.loaded, self.session = 0, b"", [], False, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")
        return self

    def __exit__(self, *_):
        self.to.close()
        self.answers.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def message(self):
        while b"\0" not in self.rest:
            more = os.read(self.answers.fileno(), 1 << 16)
            if not more:
                raise RuntimeError("the browser has ended")
            self.rest += more
        text, _, self.rest = self.rest.partition(b"\0")
        return json.loads(text)

    def note(self, message):
        method, of = message.get("method"), message.get("params", {})
        self.loaded = self.loaded or method == "Page.loadEventFired"
        if method == "Runtime.consoleAPICalled":
            self.said.append(" ".join(str(a.get("value", a.get("description"))) for a in of["args"]))
        if method == "Runtime.exceptionThrown":
            self.said.append(of["exceptionDetails"].get("exception", {}).get("description", "exception"))
        if method == "Log.entryAdded":
            self.said.append(of["entry"]["text"])

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.to.write(json.dumps(message).encode() + b"\0")
        self.to.flush()
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

    def show(self, page, width, height=900, media="screen"):
        """Load a page in a window of that width, which may be that of a telephone."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media)
        self.loaded = False
        self.call("Page.navigate", url="about:blank")
        while not self.loaded:
            self.note(self.message())
        self.loaded = False
        self.call("Page.navigate", url=page)
        while not self.loaded:
            self.note(self.message())

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression[:60]}: {result['exceptionDetails']}")
        return result["result"].get("value")
