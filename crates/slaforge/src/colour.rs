//! Whether what is printed may be coloured.

use std::{
    env,
    ffi::OsStr,
    io::{IsTerminal as _, stderr},
};

/// Returns whether messages may be coloured: at a terminal, unless its user asked for none.
pub fn on_stderr() -> bool {
    wanted(env::var_os("NO_COLOR").as_deref(), stderr().is_terminal())
}

/// <https://no-color.org>: present and not empty, whatever its value.
fn wanted(no_color: Option<&OsStr>, terminal: bool) -> bool {
    terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_no_colour_gets_none() {
        for (no_color, terminal, expected) in [
            (None, true, true),
            (None, false, false),
            (Some(""), true, true),
            (Some("1"), true, false),
            (Some("0"), true, false),
        ] {
            assert_eq!(wanted(no_color.map(OsStr::new), terminal), expected, "{no_color:?} {terminal}");
        }
    }
}
