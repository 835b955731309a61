//! TLS, client certificates, headers and the rate limit, with configurations in exporter-toolkit's format and
//! certificates made here.

use std::{fs, path::Path, process::Stdio, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};

use super::{
    client::{self, request, secure},
    exporter::{Exporter, run, specification, tied},
};

/// A certificate and its key.
pub struct Pair {
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
    pem: String,
    key_pem: String,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn pair(authority: &Authority, name: &str) -> Pair {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.subject_alt_names.push(SanType::IpAddress([10, 1, 2, 3].into()));
    let certificate = params.signed_by(&key, authority).unwrap();
    Pair {
        certificate: certificate.der().clone(),
        key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        pem: certificate.pem(),
        key_pem: key.serialize_pem(),
    }
}

/// A client that trusts an authority and shows a certificate.
pub fn client(trusted: CertificateDer<'static>, own: Option<&Pair>) -> Arc<ClientConfig> {
    let own = own.map(|it| (vec![it.certificate.clone()], it.key.clone_key()));
    Arc::new(client::trusting(&[trusted], own.as_ref()))
}

fn put(folder: &Path, server: &Pair, clients: &Authority, rest: &str) {
    fs::write(folder.join("sla.yaml"), specification("")).unwrap();
    fs::write(folder.join("server.crt"), &server.pem).unwrap();
    fs::write(folder.join("server.key"), &server.key_pem).unwrap();
    fs::write(folder.join("clients.pem"), clients.pem()).unwrap();
    let text = format!("tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n{rest}");
    fs::write(folder.join("web.yml"), text).unwrap();
}

const ARGUMENTS: [&str; 4] = ["--config.file", "sla.yaml", "--web.config.file", "web.yml"];

#[test]
fn a_renewed_certificate_is_in_use_at_once() {
    let (first, second) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &pair(&first, "localhost"), &first, "");
    let exporter = Exporter::start_in(folder, &ARGUMENTS);
    let get = |authority: &Authority| {
        secure(exporter.address, &client(authority.der().clone(), None), "/-/healthy", "").map(|it| it.status)
    };
    assert_eq!(get(&first).unwrap(), 200);
    assert!(get(&second).is_err());
    // Without TLS nothing is answered.
    assert!(request(exporter.address, "GET", "/-/healthy", "").is_err());
    put(exporter.folder.path(), &pair(&second, "localhost"), &second, "");
    exporter.until("renewed certificate", || get(&second).is_ok());
    assert!(get(&first).is_err());
    // A key that does not fit is not taken.
    fs::write(exporter.path("server.key"), pair(&first, "localhost").key_pem).unwrap();
    exporter.until("refusal", || get(&second).is_ok() && exporter.log().contains("was not taken"));
}

#[test]
fn client_certificates_are_asked_for_and_verified() {
    let (ours, theirs) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    let server = pair(&ours, "localhost");
    let auth =
        |kind: &str, rest: &str| format!("  client_auth_type: {kind}\n  client_ca_file: clients.pem\n{rest}");
    put(folder.path(), &server, &theirs, &auth("RequireAndVerifyClientCert", ""));
    let exporter = Exporter::start_in(folder, &ARGUMENTS);
    let get = |own: Option<&Pair>| {
        let client = client(ours.der().clone(), own);
        secure(exporter.address, &client, "/-/healthy", "").is_ok_and(|it| it.status == 200)
    };
    let (known, stranger) = (pair(&theirs, "scraper"), pair(&ours, "scraper"));
    assert!(get(Some(&known)) && !get(Some(&stranger)) && !get(None));
    let change = |rest: &str, expected: [bool; 3]| {
        put(exporter.folder.path(), &server, &theirs, rest);
        exporter.until(rest, || [get(Some(&known)), get(Some(&stranger)), get(None)] == expected);
    };
    change(&auth("VerifyClientCertIfGiven", ""), [true, false, true]);
    change(&auth("RequireAnyClientCert", ""), [true, true, false]);
    change(&auth("RequestClientCert", ""), [true, true, true]);
    let names =
        |name: &str| auth("RequireAndVerifyClientCert", &format!("  client_allowed_sans: [{name}]\n"));
    change(&names("scraper"), [true, false, false]);
    change(&names("10.1.2.3"), [true, false, false]);
    change(&names("somebody"), [false, false, false]);
}

/// The configuration comes before the certificate that it names, as when both are copied one after the other.
#[test]
fn a_certificate_that_comes_later_is_taken() {
    let (first, second) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &pair(&first, "localhost"), &first, "");
    let exporter = Exporter::start_in(folder, &ARGUMENTS);
    let get = |authority: &Authority| {
        secure(exporter.address, &client(authority.der().clone(), None), "/-/healthy", "").is_ok()
    };
    let later = pair(&second, "localhost");
    fs::write(exporter.path("later.key"), &later.key_pem).unwrap();
    fs::write(exporter.path("web.yml"), "tls_server_config: {cert_file: later.crt, key_file: later.key}\n")
        .unwrap();
    exporter.until("refusal", || {
        get(&first) && exporter.log().contains("`./later.crt` cannot be read")
            || exporter.log().contains("`later.crt` cannot be read")
    });
    fs::write(exporter.path("later.crt"), &later.pem).unwrap();
    exporter.until("certificate that came later", || get(&second));
}

/// Who asks for a reload gets one of the web configuration too, at once.
#[test]
fn a_reload_looks_at_the_web_configuration() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), specification("")).unwrap();
    fs::write(folder.path().join("web.yml"), "http_server_config: {headers: {X-Frame-Options: deny}}\n")
        .unwrap();
    let exporter = Exporter::start_in(folder, &ARGUMENTS);
    let good = "sla_web_config_last_reload_successful";
    fs::write(exporter.path("web.yml"), "http_server_config: {headers: {X-Frame-Options: maybe}}\n").unwrap();
    for _ in 0..2 {
        let answer = exporter.reload();
        assert_eq!(answer.status, 500);
        let told = answer.text();
        let expected = "failed to reload config: error: the web configuration `web.yml`: `headers` allow for \
                        `X-Frame-Options` only deny, sameorigin\n";
        assert_eq!(told, expected);
        assert_eq!(exporter.value(good).map(f64::to_bits), Some(0.0_f64.to_bits()));
    }
    // The old rules stay in force, and the specification was taken.
    assert_eq!(exporter.get("/-/healthy", "").header("x-frame-options"), Some("deny"));
    assert_eq!(
        exporter.value("sla_config_last_reload_successful").map(f64::to_bits),
        Some(1.0_f64.to_bits())
    );
    // A hangup reads as well.
    fs::write(exporter.path("web.yml"), "http_server_config: {headers: {X-Frame-Options: sameorigin}}\n")
        .unwrap();
    let sent =
        std::process::Command::new("kill").args(["-HUP", &exporter.id().to_string()]).status().unwrap();
    assert!(sent.success());
    exporter.until("taken configuration", || exporter.log().contains("took the changed web configuration"));
    assert_eq!(exporter.reload().text(), "reloaded\n");
    assert_eq!(exporter.get("/-/healthy", "").header("x-frame-options"), Some("sameorigin"));
}

/// OpenSSL is the other side: it has what ours computes with the library of somebody else.
#[test]
fn the_curves_of_the_list_are_spoken_and_no_others() {
    let ours = authority();
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &pair(&ours, "localhost"), &ours, "  curve_preferences: [CurveP521, CurveP256]\n");
    let exporter = Exporter::start_in(folder, &ARGUMENTS);
    let shaken_hands = |curves: &str, version: &str| {
        let output = tied("openssl")
            .args(["s_client", "-groups", curves, version])
            .args(["-connect", &exporter.address.to_string()])
            .stdin(Stdio::null())
            .output()
            .expect("OpenSSL is installed");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.success(), said.contains("Server Temp Key: ECDH, "), "{said}");
        said.lines().find_map(|it| it.strip_prefix("Server Temp Key: ECDH, ")).map(str::to_owned)
    };
    // In TLS 1.2 the list is also that of the curves that a certificate may have; ours has P-256.
    for (curves, version, expected) in [
        ("P-521", "-tls1_3", Some("secp521r1, 521 bits")),
        ("P-521:P-256", "-tls1_2", Some("secp521r1, 521 bits")),
        ("P-256", "-tls1_3", Some("prime256v1, 256 bits")),
        ("P-256", "-tls1_2", Some("prime256v1, 256 bits")),
        ("P-384:X25519", "-tls1_3", None),
        ("P-384:X25519", "-tls1_2", None),
    ] {
        assert_eq!(shaken_hands(curves, version).as_deref(), expected, "{curves} {version}");
    }
}

#[test]
fn headers_are_added_and_requests_limited() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), specification("")).unwrap();
    let text = "http_server_config: {http2: true, headers: {X-Frame-Options: deny, X-XSS-Protection: 1}}\n\
                rate_limit: {interval: 1h, burst: 3}\n";
    fs::write(folder.path().join("web.yml"), text).unwrap();
    let exporter = Exporter::start_in(folder, &ARGUMENTS);
    for _ in 0..3 {
        let answer = exporter.get("/metrics", "");
        assert_eq!((answer.status, answer.header("x-frame-options")), (200, Some("deny")));
        assert_eq!(answer.header("x-xss-protection"), Some("1"));
    }
    assert_eq!(exporter.get("/metrics", "").status, 429);
    assert_eq!(exporter.get("/-/healthy", "").status, 200);
}

#[test]
fn a_check_reads_the_web_configuration_too() {
    let folder = tempfile::tempdir().unwrap();
    let ours = authority();
    put(folder.path(), &pair(&ours, "localhost"), &ours, "  client_auth_type: None\n");
    let check = || run(folder.path(), &[&ARGUMENTS[..], &["--config.check"]].concat());
    let (code, said) = check();
    assert_eq!(code, 1);
    assert!(said.contains("`client_auth_type` is unknown: `None`"), "{said}");
    put(folder.path(), &pair(&ours, "localhost"), &ours, "");
    assert_eq!(check().0, 0);
    // A file that is named is a part of the configuration; the configuration itself is the world.
    fs::remove_file(folder.path().join("server.key")).unwrap();
    assert_eq!(check().0, 1);
    fs::remove_file(folder.path().join("web.yml")).unwrap();
    let (code, said) = check();
    assert!(
        code == 2 && said.starts_with("error: the web configuration `web.yml`: `web.yml` cannot be read"),
        "{said}"
    );
}
