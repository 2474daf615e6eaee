//! `traceable completions SHELL`: a script that completes this program's commands and options.

use std::error::Error;
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::commands::output::print;

/// Print a script that completes commands and options in a shell
#[derive(Args)]
#[command(after_help = "\
bash:  traceable completions bash > ~/.local/share/bash-completion/completions/traceable
zsh:   traceable completions zsh > \"${fpath[1]}/_traceable\"
fish:  traceable completions fish > ~/.config/fish/completions/traceable.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, mut program: Command) -> Result<ExitCode, Box<dyn Error>> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "traceable", &mut script);
        print(&String::from_utf8(script)?)?;
        Ok(ExitCode::SUCCESS)
    }
}
