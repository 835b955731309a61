//! The web configurations that exporter-toolkit itself is tested with. `cargo xtask full exporter` fetches them, names
//! their folder in `EXPORTER_TOOLKIT` and runs this; without them there is nothing to test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop here")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../operations/client.rs"]
mod client;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../operations/exporter.rs"]
mod exporter;

use std::{fs, path::Path, path::PathBuf, sync::Arc};

use client::{request, secure};
use exporter::{Exporter, run, specification};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// Bad ones that are good by themselves: the first two are bad with the clients of their own tests, the third only where
/// HTTP/2 is spoken.
const ALONE: [&str; 3] = [
    "web_config_auth_client_san.bad.yaml",
    "web_config_auth_clientCAs_missing.bad.yml",
    "web_config_noAuth_noHTTP2Cipher.bad.yml",
];

/// Returns `web/testdata` of the toolkit.
fn examples() -> PathBuf {
    let folder = std::env::var_os("EXPORTER_TOOLKIT").expect("EXPORTER_TOOLKIT names the toolkit's folder");
    Path::new(&folder).join("web/testdata")
}

fn configurations(examples: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(examples).unwrap().map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "yml" || it == "yaml"));
    paths.sort_unstable();
    paths
}

#[test]
fn good_ones_are_taken_and_bad_ones_refused() {
    let examples = examples();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), specification("")).unwrap();
    let mut seen = 0;
    for path in configurations(&examples) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let arguments = ["--config.file", "sla.yaml", "--config.check", "--web.config.file"];
        let (code, said) = run(folder.path(), &[&arguments[..], &[path.to_str().unwrap()]].concat());
        let bad = name.contains(".bad.") && !ALONE.contains(&name.as_str()) || name.contains("junk");
        assert_eq!(code, i32::from(bad), "{name}: {said}");
        seen += 1;
    }
    assert!(seen > 30, "only {seen} files");
}

#[test]
fn their_tls_and_client_certificates_work() {
    let examples = examples();
    let read = |name: &str| fs::read(examples.join(name)).unwrap();
    let certificates = |name: &str| -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_slice_iter(&read(name)).map(Result::unwrap).collect()
    };
    let trusted = certificates("tls-ca-chain.pem");
    let pair = |name: &str| {
        let key = PrivateKeyDer::from_pem_slice(&read(&format!("{name}.key"))).unwrap();
        (certificates(&format!("{name}.pem")), key)
    };
    let (first, second) = (pair("client_selfsigned"), pair("client2_selfsigned"));
    for (name, own, expected) in [
        ("web_config_noAuth.good.yml", None, true),
        ("web_config_noAuth_tlsInline.good.yml", None, true),
        ("web_config_noAuth_allCiphers.good.yml", None, true),
        ("web_config_noAuth_someCiphers.good.yml", None, true),
        ("tls_config_noAuth.requireanyclientcert.good.yml", None, false),
        ("tls_config_noAuth.requireanyclientcert.good.yml", Some(&first), true),
        ("tls_config_noAuth.requireandverifyclientcert.good.yml", None, false),
        ("tls_config_noAuth.requireandverifyclientcert.good.yml", Some(&first), true),
        ("tls_config_noAuth.requireandverifyclientcert.good.yml", Some(&second), false),
        ("web_config_auth_client_san.good.yaml", Some(&second), true),
        ("web_config_auth_client_san.bad.yaml", Some(&second), false),
    ] {
        let web = examples.join(name);
        let exporter = Exporter::start(&specification(""), &["--web.config.file", web.to_str().unwrap()]);
        let client = client::trusting(&trusted, own);
        let answer = secure(exporter.address, &Arc::new(client), "/-/healthy", "");
        assert_eq!(answer.is_ok_and(|it| it.status == 200), expected, "{name}");
    }
}

#[test]
fn their_users_get_in() {
    let examples = examples();
    let web = examples.join("web_config_users_noTLS.good.yml");
    let exporter = Exporter::start(&specification(""), &["--web.config.file", web.to_str().unwrap()]);
    let status = |headers: &str| request(exporter.address, "GET", "/metrics", headers).unwrap().status;
    assert_eq!(status(""), 401);
    // dave, with the password of their own test.
    assert_eq!(status("Authorization: Basic ZGF2ZTpkYXZlMTIz\r\n"), 200);
    assert_eq!(status("Authorization: Basic ZGF2ZTpiYWQ=\r\n"), 401);
}
