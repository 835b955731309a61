//! Reading secrets. One that cannot be read never stops the exporter: what needs it fails with reason `config`.

use std::{
    env,
    fs::File,
    io::{self, Read},
};

use sla_model::{Model, secret::Secret};
use sla_probe::Secrets;

use crate::patience::Busy;

/// The largest secret that is read; a token has some hundred bytes, a chain of certificates some thousand.
const BYTES_MAX: u64 = 64 * 1024;

/// Reads every secret of a specification.
pub fn read(model: &Model, busy: &Busy) -> Secrets {
    Secrets::new(model.secrets.iter().map(|(name, secret)| (name.clone(), one(secret, busy))))
}

fn one(secret: &Secret, busy: &Busy) -> Result<String, String> {
    match secret {
        Secret::File(path) => {
            let text = busy.with(path).and_then(|()| text(path));
            let text = text.map_err(|error| format!("`{}`: {error}", path.display()))?;
            if text.is_empty() { Err(format!("`{}` is empty", path.display())) } else { Ok(text) }
        }
        Secret::Env(name) => match env::var(name) {
            Ok(value) if !value.is_empty() => Ok(value),
            Ok(_) => Err(format!("the environment variable `{name}` is empty")),
            Err(env::VarError::NotPresent) => Err(format!("there is no environment variable `{name}`")),
            Err(env::VarError::NotUnicode(_)) => Err(format!("the environment variable `{name}` is no text")),
        },
    }
}

fn text(path: &std::path::Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "too large for a secret"));
    }
    text.truncate(text.trim_end().len());
    Ok(text)
}
