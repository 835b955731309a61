//! Chromium without a window, spoken to over two pipes in the `DevTools` protocol: a message is JSON with a zero byte
//! behind it. <https://chromedevtools.github.io/devtools-protocol/>

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::exporter::tied;

/// Chromium reads from descriptor 3 and writes to 4. Whatever it is told, it finds no way out of this machine.
const START: &str = "exec chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
    --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' --user-data-dir=\"$1\" --remote-debugging-pipe \
    about:blank 3<&0 4>&1 0</dev/null >/dev/null 2>\"$1/log\"";

/// A browser with one page.
pub struct Browser {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    sent: u64,
    session: Option<String>,
}

/// A screen.
#[derive(Clone, Copy)]
pub struct Screen {
    pub name: &'static str,
    pub width: u32,
    pub height: u32,
    pub scale: u32,
    pub mobile: bool,
}

impl Browser {
    /// Starts one that keeps its files in a folder.
    pub fn start(folder: &Path) -> Self {
        let mut command = tied("sh");
        command.args(["-c", START, "sh"]).arg(folder).env("HOME", folder);
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell starts");
        let (to, from) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut browser = Self { process, to, from, sent: 0, session: None };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        browser.call("Page.enable", &json!({}));
        browser
    }

    /// Calls a method and returns its result; what happens in between is passed over.
    #[track_caller]
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.sent += 1;
        let mut message = json!({"id": self.sent, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser runs");
        loop {
            let message = self.next();
            if message["id"] == json!(self.sent) {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    #[track_caller]
    fn next(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("the browser runs");
        assert_eq!(bytes.pop(), Some(0), "the browser ended; is `chromium` installed?");
        serde_json::from_slice(&bytes).expect("the protocol is JSON")
    }

    /// Makes the page look as on a screen, light or dark.
    pub fn show_on(&mut self, screen: Screen, scheme: &str) {
        let Screen { width, height, scale, mobile, .. } = screen;
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile,
            "screenWidth": width, "screenHeight": height});
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
        self.call("Emulation.setTouchEmulationEnabled", &json!({"enabled": mobile}));
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", &features);
    }

    /// Goes to an address and waits until the page is there.
    #[track_caller]
    pub fn open(&mut self, url: &str) {
        let gone = self.call("Page.navigate", &json!({"url": url}));
        assert!(gone.get("errorText").is_none(), "{url}: {gone}");
        let ready = "new Promise(done => document.readyState === 'complete' ? done(1) : addEventListener('load', () => done(1)))";
        self.evaluate(ready);
    }

    /// Returns the value of an expression in the page.
    #[track_caller]
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let what = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", &what);
        assert!(result.get("exceptionDetails").is_none(), "{result}");
        result["result"]["value"].clone()
    }

    /// Keeps a picture of the first screen.
    pub fn picture(&mut self, file: &Path) {
        let picture = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        let bytes = BASE64_STANDARD.decode(picture["data"].as_str().unwrap_or_default()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself; its own children end when their pipe to it does.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
