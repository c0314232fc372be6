"""Scripts that make an environment the current one of a shell: sh (bash, zsh, dash, ksh), fish, csh, nu, PowerShell.

Answers: the text of each script for an environment's path and prompt. The variable names are those of `venv` and
virtualenv, so leaving one tool's environment by entering the other's works. Any path is safe (quotes, `$`, backquotes,
spaces): it stands in each script once, quoted by that shell's rules. Refuses what no shell or no `PATH` can hold:
`refusal` says why.

A prompt is expanded again each time a shell shows it, so a folder called `$(rm -rf ~)` would be run there; in prompts
those characters become `_`, while VIRTUAL_ENV and VIRTUAL_ENV_PROMPT hold the names as they are.
"""

from __future__ import annotations

import json

_EXPANDED_IN_PROMPTS = str.maketrans(dict.fromkeys("\\$`%!^", "_"))


def refusal(prefix: str) -> str | None:
    """Why no environment can be made at the path `prefix`, as a clause; None: it can."""
    if any(not character.isprintable() and not "\ud800" <= character <= "\udfff" for character in prefix):
        return "its path holds a control character or line break"
    if ":" in prefix:
        return "its path holds a colon, which separates the folders of PATH"
    return None


def clean_prompt(prompt: str) -> str:
    """The prompt in one printable line: control characters and undecodable bytes become `_`."""
    return "".join(character if character.isprintable() else "_" for character in prompt).strip() or "venv"


def scripts(prefix: str, prompt: str) -> dict[str, str]:
    """File name in the environment's `bin` to its text, for an absolute `prefix` that has no `refusal`."""
    prompt = clean_prompt(prompt)
    shown = prompt.translate(_EXPANDED_IN_PROMPTS)
    return {
        "activate": _fill(_SH, _sh(prefix), _sh(prompt), _sh(f"({shown}) ")),
        "activate.fish": _fill(_FISH, _fish(prefix), _fish(prompt), _fish(f"({prompt}) ")),
        "activate.csh": _fill(_CSH, _csh(prefix), _csh(prompt), _csh(f"({shown}) ")),
        "activate.nu": _fill(_NU, _nu(prefix), _nu(prompt), _nu(f"({prompt}) ")),
        "Activate.ps1": _fill(_PS1, _powershell(prefix), _powershell(prompt), _powershell(f"({prompt}) ")),
    }


def _fill(template: str, prefix: str, prompt: str, shown: str) -> str:
    """Put quoted texts in; each place-holder stands once, and what was put in is not looked at again."""
    before, _, rest = template.partition("@PREFIX@")
    middle, _, rest = rest.partition("@PROMPT@")
    last, _, after = rest.partition("@SHOWN@")
    return f"{before}{prefix}{middle}{prompt}{last}{shown}{after}"


def _sh(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _csh(text: str) -> str:
    # History is expanded inside single quotes too, whence the backslash before "!".
    return "'" + text.replace("'", "'\\''").replace("!", "\\!") + "'"


def _nu(text: str) -> str:
    # A double-quoted string of nu has JSON's escapes and expands nothing.
    return json.dumps(text, ensure_ascii=False)


def _powershell(text: str) -> str:
    # Typographic single quotes end a string as the plain one does; doubled, each stands for itself.
    return (
        "'"
        + "".join(character * 2 if character in "'\u2018\u2019\u201a\u201b" else character for character in text)
        + "'"
    )


_SH = """\
# Source this file, do not run it:  . bin/activate   (sh, bash, zsh, dash, ksh). Leave again with `deactivate`.

deactivate () {
    if [ -n "${_OLD_VIRTUAL_PATH+set}" ]; then
        PATH=$_OLD_VIRTUAL_PATH
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "${_OLD_VIRTUAL_PYTHONHOME+set}" ]; then
        PYTHONHOME=$_OLD_VIRTUAL_PYTHONHOME
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "${_OLD_VIRTUAL_PS1+set}" ]; then
        PS1=$_OLD_VIRTUAL_PS1
        unset _OLD_VIRTUAL_PS1
    fi
    unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT
    # The shell remembers where it found programs.
    hash -r 2>/dev/null || :
    if [ "${1-}" != nondestructive ]; then
        unset -f deactivate
    fi
}

deactivate nondestructive

VIRTUAL_ENV=@PREFIX@
export VIRTUAL_ENV
VIRTUAL_ENV_PROMPT=@PROMPT@
export VIRTUAL_ENV_PROMPT

_OLD_VIRTUAL_PATH=${PATH-}
PATH=$VIRTUAL_ENV/bin${PATH:+:$PATH}
export PATH

if [ -n "${PYTHONHOME+set}" ]; then
    _OLD_VIRTUAL_PYTHONHOME=$PYTHONHOME
    unset PYTHONHOME
fi

if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT-}" ] && [ -n "${PS1+set}" ]; then
    _OLD_VIRTUAL_PS1=$PS1
    PS1=@SHOWN@$PS1
fi

hash -r 2>/dev/null || :
"""

_FISH = """\
# Source this file, do not run it:  source bin/activate.fish   Leave again with `deactivate`.

function deactivate -d 'Leave the virtual environment'
    if set -q _OLD_VIRTUAL_PATH
        set -gx PATH $_OLD_VIRTUAL_PATH
        set -e _OLD_VIRTUAL_PATH
    end
    if set -q _OLD_VIRTUAL_PYTHONHOME
        set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        set -e _OLD_VIRTUAL_PYTHONHOME
    end
    if functions -q _old_fish_prompt
        functions -e fish_prompt
        functions -c _old_fish_prompt fish_prompt
        functions -e _old_fish_prompt
        set -e _OLD_FISH_PROMPT_OVERRIDE
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != nondestructive
        functions -e _virtual_env_status
        functions -e deactivate
    end
end

deactivate nondestructive

set -gx VIRTUAL_ENV @PREFIX@
set -gx VIRTUAL_ENV_PROMPT @PROMPT@
set -gx _OLD_VIRTUAL_PATH $PATH
set -gx PATH "$VIRTUAL_ENV/bin" $PATH

if set -q PYTHONHOME
    set -gx _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end

if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"
    # fish calls a function for its prompt; ours writes before it, and hands on the status of the last command.
    functions -q fish_prompt; or function fish_prompt; end
    functions -c fish_prompt _old_fish_prompt
    function _virtual_env_status
        return $argv[1]
    end
    function fish_prompt
        set -l last $status
        printf '%s' @SHOWN@
        _virtual_env_status $last
        _old_fish_prompt
    end
    set -gx _OLD_FISH_PROMPT_OVERRIDE "$VIRTUAL_ENV"
end
"""

_CSH = """\
# Source this file, do not run it:  source bin/activate.csh   (csh, tcsh). Leave again with `deactivate`.

alias deactivate 'test $?_OLD_VIRTUAL_PATH != 0 && setenv PATH "$_OLD_VIRTUAL_PATH:q" && unset _OLD_VIRTUAL_PATH; \
test $?_OLD_VIRTUAL_PYTHONHOME != 0 && setenv PYTHONHOME "$_OLD_VIRTUAL_PYTHONHOME:q" \
&& unset _OLD_VIRTUAL_PYTHONHOME; \
test $?_OLD_VIRTUAL_PROMPT != 0 && set prompt="$_OLD_VIRTUAL_PROMPT:q" && unset _OLD_VIRTUAL_PROMPT; \
unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; rehash; \
test "\\!:*" != nondestructive && unalias deactivate'

deactivate nondestructive

setenv VIRTUAL_ENV @PREFIX@
setenv VIRTUAL_ENV_PROMPT @PROMPT@

set _OLD_VIRTUAL_PATH="$PATH:q"
setenv PATH "$VIRTUAL_ENV:q/bin:$PATH:q"

if ( $?PYTHONHOME ) then
    set _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME:q"
    unsetenv PYTHONHOME
endif

if ( ! $?VIRTUAL_ENV_DISABLE_PROMPT ) then
    if ( $?prompt ) then
        set _OLD_VIRTUAL_PROMPT="$prompt:q"
        set prompt=@SHOWN@"$prompt:q"
    endif
endif

rehash
"""

_NU = """\
# Use it as an overlay:  overlay use bin/activate.nu   Leave again with `deactivate`.

export-env {
    let prefix = @PREFIX@
    let path = if (($env.PATH? | describe) == "string") { $env.PATH | split row ":" } else { $env.PATH? | default [] }
    load-env {
        VIRTUAL_ENV: $prefix
        VIRTUAL_ENV_PROMPT: @PROMPT@
        PATH: ($path | prepend ($prefix + "/bin"))
    }
    hide-env --ignore-errors PYTHONHOME
    if (($env.VIRTUAL_ENV_DISABLE_PROMPT? | default "") | is-empty) {
        let before = ($env.PROMPT_COMMAND? | default "")
        let shown = @SHOWN@
        load-env {
            PROMPT_COMMAND: {|| $shown + (if (($before | describe) == "closure") { do $before } else { $before }) }
        }
    }
}

export alias deactivate = overlay hide activate
"""

_PS1 = """\
# Dot-source this file:  . bin/Activate.ps1   Leave again with `deactivate`.

function global:deactivate([switch]$NonDestructive) {
    if (Test-Path -Path Variable:_OLD_VIRTUAL_PATH) {
        $env:PATH = $global:_OLD_VIRTUAL_PATH
        Remove-Variable -Name _OLD_VIRTUAL_PATH -Scope Global
    }
    if (Test-Path -Path Variable:_OLD_VIRTUAL_PYTHONHOME) {
        $env:PYTHONHOME = $global:_OLD_VIRTUAL_PYTHONHOME
        Remove-Variable -Name _OLD_VIRTUAL_PYTHONHOME -Scope Global
    }
    if (Test-Path -Path Function:_OLD_VIRTUAL_PROMPT) {
        Copy-Item -Path Function:_OLD_VIRTUAL_PROMPT -Destination Function:prompt
        Remove-Item -Path Function:_OLD_VIRTUAL_PROMPT
    }
    Remove-Item -Path Env:VIRTUAL_ENV, Env:VIRTUAL_ENV_PROMPT -ErrorAction SilentlyContinue
    if (-not $NonDestructive) {
        Remove-Item -Path Function:deactivate
    }
}

deactivate -NonDestructive

$env:VIRTUAL_ENV = @PREFIX@
$env:VIRTUAL_ENV_PROMPT = @PROMPT@
$global:_OLD_VIRTUAL_PATH = $env:PATH
$env:PATH = (Join-Path -Path $env:VIRTUAL_ENV -ChildPath 'bin') + [System.IO.Path]::PathSeparator + $env:PATH

if (Test-Path -Path Env:PYTHONHOME) {
    $global:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME
    Remove-Item -Path Env:PYTHONHOME
}

if (-not $env:VIRTUAL_ENV_DISABLE_PROMPT) {
    Copy-Item -Path Function:prompt -Destination Function:_OLD_VIRTUAL_PROMPT
    $global:_VIRTUAL_PROMPT_PREFIX = @SHOWN@
    function global:prompt {
        Write-Host -NoNewline -ForegroundColor Green $global:_VIRTUAL_PROMPT_PREFIX
        _OLD_VIRTUAL_PROMPT
    }
}
"""
