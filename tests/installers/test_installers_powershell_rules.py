"""install.ps1, function by function: rules that keep it from removing, repeating or missing things.

PowerShell does not run here, so each rule is looked for in the text of the one function that has to keep it.
"""

from __future__ import annotations

from elfin.installers import disk_template, powershell

SCRIPT = disk_template.read(powershell.TEMPLATE)


def function(name: str) -> str:
    start = SCRIPT.index(f"    function {name}")
    return SCRIPT[start : SCRIPT.index("\n    }\n", start)]


def test_uninstalling_takes_only_files_of_the_folder_for_programs() -> None:
    body = function("Remove-Install")
    guard = "if (-not (Test-OwnFile $file $told.install_dir)) { continue }"
    assert body.count("[IO.File]::Delete($file)") == 1
    assert body.index(guard) < body.index("[IO.File]::Delete($file)")
    assert "$above.TrimEnd('\\') -eq $Folder.TrimEnd('\\')" in function("Test-OwnFile")
    assert "$above = Get-Above $File" in function("Test-OwnFile")
    assert "if ($Path -match '\\.\\.' -or -not [IO.Path]::IsPathRooted($Path)) { return '' }" in function("Get-Above")


def test_uninstalling_says_so_when_a_tree_is_still_there() -> None:
    body = function("Remove-Install")
    gone = body.index("Remove-Folder $folder")
    assert gone < body.index("if ([IO.Directory]::Exists($folder)) { $left +=") < body.index("if ($left -ne '')")


def test_an_installer_of_another_version_than_the_wanted_one_is_not_run() -> None:
    """It would look for the wanted one in the same place, without end."""
    body = function("Install-OtherVersion")
    told = body.index("$text.Contains('$Release = ''' + $Wanted + '''')")
    assert told < body.index("continue", told) < body.index("[scriptblock]::Create($text)")


def test_the_programs_of_a_tree_are_those_that_were_found_in_it() -> None:
    """`--link bin/hello` is bin/hello.exe in an archive for Windows."""
    body = function("Move-Tree")
    assert "foreach ($program in $Artifact.Programs)" in body
    assert "$program.Member.Substring($Artifact.Top.Length)" in body
    assert "$Links" not in SCRIPT


def test_a_relative_folder_is_meant_from_where_powershell_is() -> None:
    assert "GetUnresolvedProviderPathFromPSPath" in function("Get-FullPath")
    assert "[IO.Path]::Combine((Get-FullPath $Base), $Name)" in function("Join-Address")
    assert "$folder = Get-FullPath $asked.Bases" in function("Get-Bases")


def test_each_candidate_is_unpacked_into_a_folder_of_its_own() -> None:
    body = function("Install-Artifact")
    assert "$State.Tries++" in body and "'unpacked' + $State.Tries" in body
    assert "Directory]::Delete($unpacked" not in body


def test_no_proxy_for_any_host_is_understood() -> None:
    assert "if ($ending -eq '' -and $without.Trim() -ne '*') { continue }" in function("Set-Proxy")
