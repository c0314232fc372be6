# Installs a program on Windows: finds out what this machine runs, takes the file that fits, checks it, tries it, and
# puts it in place. Made by `elfin installer build`; do not edit. For Windows PowerShell 5.1 and PowerShell 7.
#
#   irm ADDRESS/install.ps1 | iex                                        install
#   & ([scriptblock]::Create((irm ADDRESS/install.ps1))) -Explain        say what would be done
#   powershell -ExecutionPolicy Bypass -File install.ps1 -Help           tell more
param(
    [string]$Version = '',
    [switch]$Explain,
    [switch]$Uninstall,
    [switch]$NoModifyPath,
    [switch]$Quiet,
    [switch]$Detail,
    [switch]$Help
)

# All of it stands in one block: part of a download does nothing. It throws and never exits, since `exit` would close
# the window of whoever typed `irm ... | iex`.
& {
    Set-StrictMode -Off
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue'

    # --- What is installed, and what each file of it asks for.
    #@FACTS@

    # --- What was asked for.
    function Get-Setting([string]$Name) { return [string][Environment]::GetEnvironmentVariable($Prefix + '_' + $Name) }
    function Test-On([string]$Value) { return ($Value -ne '' -and $Value -ne '0') }

    function Write-News([string]$Text) { if (-not $State.Quiet) { Write-Host $Text } }
    function Write-Detail([string]$Text) { if ($State.Detail) { Write-Host ('  ' + $Text) } }
    function Write-Note([string]$Text) { if (-not $State.Quiet) { Write-Host ('note: ' + $Text) } }
    function Add-Problem([string]$What, [string]$Reason) {
        $State.Problems += '  ' + $What + '   ' + $Reason
        Write-Detail ($What + ': ' + $Reason)
    }

    function Show-Help {
        Write-Host "Installs $App $Release"
        Write-Host ''
        Write-Host '  -Explain        say what would be installed here and why; fetch nothing'
        Write-Host '  -Version V      install that version'
        Write-Host '  -Uninstall      remove what this installer has installed'
        Write-Host '  -NoModifyPath   leave PATH alone'
        Write-Host '  -Quiet          say nothing but errors'
        Write-Host '  -Detail         say more'
        Write-Host ''
        Write-Host "  ${Prefix}_INSTALL_DIR         folder for programs"
        Write-Host "  ${Prefix}_UNMANAGED_INSTALL   the same, without receipt, PATH left alone"
        Write-Host "  ${Prefix}_BASE_URL            where files come from instead: addresses or folders, tried in order"
        Write-Host "  ${Prefix}_TARGET              take the file for this target, whatever the machine is"
        Write-Host "  ${Prefix}_TOKEN               sent to where the release comes from, nowhere else"
        Write-Host "  ${Prefix}_NO_MODIFY_PATH, ${Prefix}_QUIET, ${Prefix}_VERBOSE   1: as the options"
        if ($Homepage) { Write-Host ''; Write-Host $Homepage }
    }

    # --- This machine.
    # A process may be emulated, and is then told of another machine: what the system itself was set up with counts.
    function Get-Machine {
        $names = @{ 'AMD64' = 'x86_64'; 'ARM64' = 'aarch64'; 'X86' = 'i686' }
        $key = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
        $answers = [ordered]@{}
        try { $answers['the system'] = [Microsoft.Win32.Registry]::GetValue($key, 'PROCESSOR_ARCHITECTURE', '') }
        catch { Write-Detail (Get-Reason $_) }
        foreach ($name in 'PROCESSOR_ARCHITEW6432', 'PROCESSOR_ARCHITECTURE') {
            $answers[$name] = [Environment]::GetEnvironmentVariable($name)
        }
        foreach ($by in $answers.Keys) {
            $name = $names[[string]$answers[$by]]
            if ($name) { return @{ Name = $name; By = $by } }
        }
        return @{ Name = 'unknown'; By = 'nothing' }
    }

    # --- Which file. The decisions are those of elfin's host/fit.py and installers/choose.py.
    # Rank: what a file is tried after; from 90 on it does not fit, the nearest miss first.
    function Get-Verdict($Row) {
        if ($Row.Os -ne '' -and $Row.Os -ne 'windows') { return @{ Rank = 97; Why = 'is for ' + $Row.Os } }
        $far = 0
        $doubt = ''
        if ($Row.Arch -ne '' -and $Row.Arch -ne $Machine.Name) {
            $far = 5
            $runs = $Machines[$Machine.Name]
            if ($Machine.Name -eq 'unknown' -or $runs.Maybe -contains $Row.Arch) {
                $doubt = 'this machine runs ' + $Row.Arch
            } elseif ($runs.Runs -notcontains $Row.Arch) {
                return @{ Rank = 96; Why = 'is for ' + $Row.Os + ' on ' + $Row.Arch + '; this place is ' + $Machine.Name }
            }
        }
        if ($Row.Libc -ne '') {
            return @{ Rank = 94; Why = 'needs ' + $Row.Libc + '; this place has no libc' }
        }
        if ($Row.OsFloor -ne '' -and (Test-Older $WindowsVersion $Row.OsFloor)) {
            return @{ Rank = 92; Why = 'needs windows ' + $Row.OsFloor + '; this place has windows ' + $WindowsVersion }
        }
        if ($Row.Level -gt 1) {
            if ($doubt -eq '') { $doubt = 'there is x86-64-v' + $Row.Level }
            return @{ Rank = $far + 4; Why = 'may run: whether ' + $doubt + ' cannot be told' }
        }
        if ($doubt -ne '') { return @{ Rank = $far + 3; Why = 'may run: whether ' + $doubt + ' cannot be told' } }
        $emulated = ''
        if ($far -gt 0) { $emulated = ', for ' + $Row.Arch + ', which this ' + $Machine.Name + ' place runs' }
        if (-not $Row.Measured) {
            return @{ Rank = $far + 3; Why = 'its name fits; nobody has measured what it needs' + $emulated }
        }
        return @{ Rank = $far; Why = 'for windows on ' + $Row.Arch + $emulated }
    }

    function Test-Older([string]$Has, [string]$Wanted) {
        $left = $Has.Split('.')
        $right = $Wanted.Split('.')
        for ($part = 0; $part -lt $right.Length; $part++) {
            if ($part -ge $left.Length) { return $true }
            if ([int]$left[$part] -ne [int]$right[$part]) { return ([int]$left[$part] -lt [int]$right[$part]) }
        }
        return $false
    }

    # Every artifact once, by the row that serves best, in the order in which they are tried.
    function Get-Choice {
        $best = @{}
        $order = 0
        foreach ($row in $Rows) {
            $order++
            if ($asked.Target -ne '') {
                $target = $Artifacts[$row.File].Target
                if ($target -eq $asked.Target) { $one = @{ Rank = 0; Why = $Prefix + '_TARGET asks for it' } }
                else { $one = @{ Rank = 97; Why = 'is for ' + $target } }
            } else { $one = Get-Verdict $row }
            $known = $best[$row.File]
            if ($null -eq $known -or $one.Rank -lt $known.Rank) {
                $best[$row.File] = @{ File = $row.File; Rank = $one.Rank; Why = $one.Why; Order = $order }
            }
        }
        return @($best.Values | Sort-Object -Property { $_.Rank }, { $_.Order })
    }

    # --- Getting files.
    function Get-Bases([string]$Wanted) {
        $found = $OwnBases
        if ($asked.Bases -ne '') {
            $folder = Get-FullPath $asked.Bases
            if ([IO.Directory]::Exists($folder)) { $found = @($folder) }
            else { $found = @($asked.Bases.Split([char[]]" `t`r`n", [StringSplitOptions]::RemoveEmptyEntries)) }
        }
        foreach ($base in $found) {
            $filled = $base.Replace('{version}', $Wanted)
            $elsewhere = ($Wanted -ne $Release -and $filled -eq $base -and $asked.Bases -eq '')
            if ($elsewhere) { Add-Problem $base ('has ' + $Release + ' only') } else { $filled }
        }
    }

    function Test-Web([string]$Address) { return ($Address -match '^https?://') }

    function Join-Address([string]$Base, [string]$Name) {
        if (Test-Web $Base) { return $Base.TrimEnd('/') + '/' + [Uri]::EscapeDataString($Name) }
        return [IO.Path]::Combine((Get-FullPath $Base), $Name)
    }

    # .NET takes a relative path from where the process began, not from where PowerShell is.
    function Get-FullPath([string]$Path) {
        try {
            if ($Path -match '^file://') { return ([Uri]$Path).LocalPath }
            return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
        } catch { return $Path }
    }

    # A token goes where the release itself comes from, and nowhere else.
    function Get-TokenFor([Uri]$Address) {
        foreach ($base in $OwnBases) {
            if (-not (Test-Web $base)) { continue }
            $own = [Uri]$base.Replace('{version}', $Release)
            if ($own.Scheme -eq $Address.Scheme -and $own.Authority -eq $Address.Authority) { return $asked.Token }
        }
        return ''
    }

    function Set-Proxy($Request) {
        $name = ''
        foreach ($variable in ($Request.RequestUri.Scheme + '_proxy'), 'all_proxy') {
            if ($name -eq '') { $name = [string][Environment]::GetEnvironmentVariable($variable) }
        }
        if ($name -eq '') {
            if ($null -ne $Request.Proxy -and $PSVersionTable.PSVersion.Major -lt 6) { $Request.Proxy.Credentials = [Net.CredentialCache]::DefaultCredentials }
            return
        }
        foreach ($without in ([string][Environment]::GetEnvironmentVariable('no_proxy')).Split(',')) {
            $ending = $without.Trim().TrimStart('*').TrimStart('.')
            if ($ending -eq '' -and $without.Trim() -ne '*') { continue }
            $named = ('.' + $Request.RequestUri.Host).EndsWith('.' + $ending, [StringComparison]::OrdinalIgnoreCase)
            if ($named -or $ending -eq '') {
                $Request.Proxy = New-Object Net.WebProxy
                return
            }
        }
        if ($name -notmatch '://') { $name = 'http://' + $name }
        $proxy = New-Object Net.WebProxy ([Uri]$name)
        $user = ([Uri]$name).UserInfo
        if ($user -ne '') {
            $words = $user.Split([char[]]':', 2)
            $secret = ''
            if ($words.Length -gt 1) { $secret = [Uri]::UnescapeDataString($words[1]) }
            $proxy.Credentials = New-Object Net.NetworkCredential ([Uri]::UnescapeDataString($words[0])), $secret
        }
        $Request.Proxy = $proxy
    }

    # Redirections are followed here, so that a token does not go along, and none leads from https to http.
    function Read-Web([string]$Address, [string]$File) {
        $uri = [Uri]$Address
        for ($hop = 0; $hop -lt 10; $hop++) {
            $request = [Net.WebRequest]::Create($uri)
            $request.AllowAutoRedirect = $false
            $request.Timeout = 30000
            $request.ReadWriteTimeout = 60000
            $request.UserAgent = $App + '-installer'
            Set-Proxy $request
            $token = Get-TokenFor $uri
            if ($token -ne '') { $request.Headers['Authorization'] = 'Bearer ' + $token }
            $response = $request.GetResponse()
            try {
                $status = [int]$response.StatusCode
                if ($status -ge 300) {
                    $next = New-Object Uri $uri, ([string]$response.Headers['Location'])
                    if ($next.Scheme -ne 'https' -and $next.Scheme -ne $uri.Scheme) {
                        throw 'it leads from https to http'
                    }
                    $uri = $next
                    continue
                }
                $from = $response.GetResponseStream()
                $to = [IO.File]::Create($File)
                try { $from.CopyTo($to) } finally { $to.Dispose() }
                return
            } finally { $response.Close() }
        }
        throw 'it leads in circles'
    }

    # -> ok, missing, failed or unreached, and why.
    function Get-File([string]$Address, [string]$File) {
        if (-not (Test-Web $Address)) {
            if (-not [IO.File]::Exists($Address)) { return @{ Outcome = 'missing'; Why = 'no such file' } }
            try { [IO.File]::Copy($Address, $File, $true) }
            catch { return @{ Outcome = 'failed'; Why = (Get-Reason $_) } }
            return @{ Outcome = 'ok'; Why = '' }
        }
        for ($try = 1; ; $try++) {
            try {
                Read-Web $Address $File
                return @{ Outcome = 'ok'; Why = '' }
            } catch { $told = Get-WebTrouble $_ }
            if ($told.Outcome -ne 'transient' -and ($told.Outcome -ne 'unreached' -or $try -gt 1)) { return $told }
            if ($try -ge 3) { return @{ Outcome = 'failed'; Why = $told.Why } }
            Write-Detail ($told.Why + '; once more')
            [Threading.Thread]::Sleep(1000 * $try)
        }
    }

    function Get-WebTrouble($Failure) {
        $inner = $Failure.Exception
        while ($null -ne $inner -and -not ($inner -is [Net.WebException])) { $inner = $inner.InnerException }
        if ($null -eq $inner) { return @{ Outcome = 'failed'; Why = (Get-Reason $Failure) } }
        if ($null -eq $inner.Response) { return @{ Outcome = 'unreached'; Why = $inner.GetBaseException().Message } }
        $status = [int]$inner.Response.StatusCode
        $inner.Response.Close()
        if ($status -eq 404 -or $status -eq 410) { return @{ Outcome = 'missing'; Why = "$status, not there" } }
        if ($status -eq 401 -or $status -eq 403) {
            return @{ Outcome = 'failed'; Why = "$status, not allowed: a rate limit, or a token is needed" }
        }
        if ($status -eq 408 -or $status -eq 429 -or $status -ge 500) {
            return @{ Outcome = 'transient'; Why = "$status, trouble of the server" }
        }
        return @{ Outcome = 'failed'; Why = "it answered $status" }
    }

    function Get-Reason($Failure) { return $Failure.Exception.GetBaseException().Message }

    function Get-Sha256([string]$File) {
        $hash = [Security.Cryptography.SHA256]::Create()
        $stream = [IO.File]::OpenRead($File)
        try { return ([BitConverter]::ToString($hash.ComputeHash($stream)) -replace '-', '').ToLowerInvariant() }
        finally { $stream.Dispose(); $hash.Dispose() }
    }

    # --- Unpacking and trying.
    function Expand-File([string]$File, [string]$Format, [string]$Folder) {
        if ($Format -eq 'zip') {
            Add-Type -AssemblyName System.IO.Compression
            Add-Type -AssemblyName System.IO.Compression.FileSystem
            [IO.Compression.ZipFile]::ExtractToDirectory($File, $Folder)
            return
        }
        $tar = [IO.Path]::Combine([Environment]::SystemDirectory, 'tar.exe')
        if (-not [IO.File]::Exists($tar)) { throw "it is a $Format, and this Windows has no tar.exe" }
        $done = Start-Program $tar ('-xf "' + $File + '" -C "' + $Folder + '"') 600000
        if ($done.Code -ne 0) { throw 'tar.exe could not unpack it: ' + $done.Said }
    }

    # -> its exit code and the first line it said; throws where it does not start.
    function Start-Program([string]$Path, [string]$Arguments, [int]$Patience) {
        $about = New-Object Diagnostics.ProcessStartInfo
        $about.FileName = $Path
        $about.Arguments = $Arguments
        $about.UseShellExecute = $false
        $about.CreateNoWindow = $true
        $about.RedirectStandardInput = $true
        $about.RedirectStandardOutput = $true
        $about.RedirectStandardError = $true
        $process = [Diagnostics.Process]::Start($about)
        $process.StandardInput.Close()
        $out = $process.StandardOutput.ReadToEndAsync()
        $err = $process.StandardError.ReadToEndAsync()
        if (-not $process.WaitForExit($Patience)) {
            try { $process.Kill() } catch { Write-Detail 'it does not end' }
            return @{ Code = -1; Said = 'it did not end in time' }
        }
        $said = ''
        foreach ($line in ($err.Result + "`n" + $out.Result).Split("`n")) {
            if ($said -eq '') { $said = ($line -replace '[^ -~]', '').Trim() }
        }
        if ($said.Length -gt 200) { $said = $said.Substring(0, 200) }
        return @{ Code = $process.ExitCode; Said = $said }
    }

    # Runs it before anything is replaced. -> '' when it runs, else why not.
    function Test-Program([string]$Path) {
        if (-not [IO.File]::Exists($Path)) { return 'has no ' + [IO.Path]::GetFileName($Path) }
        try { $done = Start-Program $Path $Probe 60000 } catch { return 'does not start here: ' + (Get-Reason $_) }
        $known = @{
            '-1073741795' = 'this processor lacks an instruction that it uses'; '-1073741515' = 'a DLL is missing'
            '-1073741511' = 'a DLL is of another version'; '-1073741502' = 'a DLL could not be started'
        }
        $why = $known[[string]$done.Code]
        if ($why) { return 'does not run here: ' + $why }
        if ($done.Code -eq 0 -or (-not $ProbeStrict -and $done.Code -gt 0)) { return '' }
        if ($done.Said -eq '') { return 'does not run here: it ended with ' + $done.Code }
        return 'does not run here: ' + $done.Said
    }

    # --- Putting in place.
    function Get-BinFolder {
        $found = $asked.Unmanaged
        if ($found -eq '') { $found = $asked.Folder }
        foreach ($folder in $OwnFolders) {
            if ($found -ne '') { break }
            $value = ''
            if ($folder.Variable -eq 'HOME') { $value = [Environment]::GetFolderPath('UserProfile') }
            elseif ($folder.Variable -ne '') { $value = [string][Environment]::GetEnvironmentVariable($folder.Variable) }
            elseif ([IO.Path]::IsPathRooted($folder.Rest)) { $found = $folder.Rest; break }
            if ($value -ne '' -and [IO.Path]::IsPathRooted($value)) { $found = $value + $folder.Rest }
        }
        if ($found -eq '') { throw "nothing tells where to install: set ${Prefix}_INSTALL_DIR" }
        return Get-FullPath $found
    }

    function Get-Receipt {
        $config = [string][Environment]::GetEnvironmentVariable('XDG_CONFIG_HOME')
        if ($config -eq '') { $config = [Environment]::GetFolderPath('LocalApplicationData') }
        return [IO.Path]::Combine([IO.Path]::Combine($config, $App), $App + '-receipt.json')
    }

    # A running program cannot be overwritten, but it can be renamed.
    function Move-In([string]$Source, [string]$Name) {
        $target = [IO.Path]::Combine($State.Bin, $Name)
        if ([IO.Directory]::Exists($target)) { throw "$target is a folder" }
        $aside = ''
        if ([IO.File]::Exists($target)) {
            $aside = [IO.Path]::Combine($State.Old, $Name)
            [IO.File]::Move($target, $aside)
        }
        $State.Replaced += @{ Target = $target; Aside = $aside }
        [IO.File]::Move($Source, $target)
        $State.Files += $target
    }

    function Undo-Moves {
        for ($at = $State.Replaced.Count - 1; $at -ge 0; $at--) {
            $one = $State.Replaced[$at]
            try {
                if ([IO.File]::Exists($one.Target)) { [IO.File]::Delete($one.Target) }
                if ($one.Aside -ne '') { [IO.File]::Move($one.Aside, $one.Target) }
            } catch { Write-Host ('error: ' + $one.Target + ' lies in ' + $one.Aside + ' now: ' + (Get-Reason $_)) }
        }
        $State.Replaced = @()
        if ($State.Tree -ne '') { Remove-Folder $State.Tree }
        $State.Tree = ''
    }

    # What is running stays until the next time.
    function Remove-Folder([string]$Folder) {
        try { [IO.Directory]::Delete($Folder, $true) } catch { Write-Detail ($Folder + ': ' + (Get-Reason $_)) }
    }

    function Complete-Install($Artifact, [string]$Unpacked) {
        try {
            if ($Layout -eq 'tree') { Move-Tree $Artifact $Unpacked }
            else {
                foreach ($program in $Artifact.Programs) {
                    Move-In ([IO.Path]::Combine($Unpacked, $program.Member.Replace('/', '\'))) $program.Name
                }
            }
        } catch {
            $why = Get-Reason $_
            Undo-Moves
            throw ($Artifact.Name + ' cannot be put in place: ' + $why)
        }
        $State.Replaced = @()
        $State.Done = $true
    }

    # Windows keeps links for administrators: a command file leads to each program, by a path beside itself.
    function Move-Tree($Artifact, [string]$Unpacked) {
        $name = '.' + $App
        $above = [IO.Path]::Combine($State.Bin, $name)
        [void][IO.Directory]::CreateDirectory($above)
        $leaf = $Release
        for ($count = 2; [IO.Directory]::Exists([IO.Path]::Combine($above, $leaf)); $count++) { $leaf = "$Release.$count" }
        $tree = [IO.Path]::Combine($above, $leaf)
        [IO.Directory]::Move([IO.Path]::Combine($Unpacked, $Artifact.Top), $tree)
        $State.Tree = $tree
        foreach ($program in $Artifact.Programs) {
            $inside = $program.Member.Substring($Artifact.Top.Length).TrimStart('/').Replace('/', '\')
            if (-not [IO.File]::Exists([IO.Path]::Combine($tree, $inside))) { throw ('there is no ' + $program.Member) }
            $text = '@"%~dp0' + ($name + '\' + $leaf + '\' + $inside).Replace('%', '%%') + '" %*' + "`r`n"
            $command = [IO.Path]::GetFileNameWithoutExtension($inside) + '.cmd'
            $made = [IO.Path]::Combine($State.New, $command)
            [IO.File]::WriteAllText($made, $text)
            Move-In $made $command
        }
    }

    # --- PATH and the receipt.
    function Get-UserPath($Key) {
        $raw = [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames
        return [string]$Key.GetValue('Path', '', $raw)
    }

    function Test-Listed([string]$List, [string]$Folder) {
        foreach ($entry in $List.Split(';')) {
            $path = [Environment]::ExpandEnvironmentVariables($entry).Trim('"').TrimEnd('\')
            if ($path -eq $Folder.TrimEnd('\')) { return $true }
        }
        return $false
    }

    function Set-UserPath($Key, [string]$List) {
        $Key.SetValue('Path', $List, [Microsoft.Win32.RegistryValueKind]::ExpandString)
        # Setting a variable tells all windows (WM_SETTINGCHANGE), which writing into the registry does not.
        $name = $Prefix + '_INSTALLER_NEWS'
        [Environment]::SetEnvironmentVariable($name, '1', 'User')
        [Environment]::SetEnvironmentVariable($name, [NullString]::Value, 'User')
    }

    function Add-ToPath {
        if ($asked.NoModifyPath -or $asked.Unmanaged -ne '') { return }
        if ($env:GITHUB_PATH) {
            try { [IO.File]::AppendAllText($env:GITHUB_PATH, $State.Bin + "`n") } catch { Write-Note (Get-Reason $_) }
        }
        try {
            $key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Environment')
            try {
                $list = Get-UserPath $key
                if (-not (Test-Listed $list $State.Bin)) {
                    Set-UserPath $key (($State.Bin + ';' + $list).TrimEnd(';'))
                    $State.PathFiles = @('HKEY_CURRENT_USER\Environment')
                }
            } finally { $key.Dispose() }
        } catch { Write-Note ('PATH could not be changed: ' + (Get-Reason $_)) }
        if (-not (Test-Listed $env:Path $State.Bin)) { $env:Path = $State.Bin + ';' + $env:Path }
    }

    function Save-Receipt($Artifact, [string]$Base) {
        if ($asked.Unmanaged -ne '') { return }
        $path = Get-Receipt
        $folders = @()
        $paths = $State.PathFiles
        $before = Read-Receipt
        if ($null -ne $before -and $paths.Count -eq 0) { $paths = @($before.path_files) }
        if ($State.Tree -ne '') { $folders = @($State.Tree) }
        $told = [ordered]@{
            schema = 1; app = $App; version = $Release; artifact = $Artifact.Name; target = $Artifact.Target
            sha256 = $Artifact.Sha256; install_dir = $State.Bin; files = @($State.Files); folders = @($folders)
            path_files = @($paths); base_url = $Base
        }
        try {
            [void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path))
            [IO.File]::WriteAllText($path, (ConvertTo-Json $told))
        } catch { Write-Note ('no receipt could be written to ' + $path + ': ' + (Get-Reason $_)) }
        if ($null -eq $before) { return }
        foreach ($old in @($before.folders)) { if ($old -ne $State.Tree -and (Test-OwnTree $old)) { Remove-Folder $old } }
    }

    function Read-Receipt {
        $path = Get-Receipt
        if (-not [IO.File]::Exists($path)) { return $null }
        try { return (ConvertFrom-Json ([IO.File]::ReadAllText($path))) } catch { return $null }
    }

    # A receipt is not taken at its word: '' for a path that this script writes into none.
    function Get-Above([string]$Path) {
        if ($Path -match '\.\.' -or -not [IO.Path]::IsPathRooted($Path)) { return '' }
        return [string][IO.Path]::GetDirectoryName($Path)
    }

    # A program lies in the folder for programs itself, a tree in a folder that has the name of this program.
    function Test-OwnFile([string]$File, [string]$Folder) {
        $above = Get-Above $File
        return ($above -ne '' -and $above.TrimEnd('\') -eq $Folder.TrimEnd('\'))
    }

    function Test-OwnTree([string]$Folder) { return ([IO.Path]::GetFileName((Get-Above $Folder)) -eq ('.' + $App)) }

    function Remove-Install {
        $told = Read-Receipt
        if ($null -eq $told) { throw ('no receipt at ' + (Get-Receipt) + ": this installer did not install $App here") }
        $left = ''
        foreach ($file in @($told.files)) {
            if (-not (Test-OwnFile $file $told.install_dir)) { continue }
            try { [IO.File]::Delete($file); Write-News "removed $file" }
            catch { $left += "`n  " + $file + ': ' + (Get-Reason $_) }
        }
        foreach ($folder in @($told.folders)) {
            if (-not (Test-OwnTree $folder)) { continue }
            Remove-Folder $folder
            if ([IO.Directory]::Exists($folder)) { $left += "`n  " + $folder } else { Write-News "removed $folder" }
        }
        foreach ($place in @($told.path_files)) {
            if ($place -eq 'HKEY_CURRENT_USER\Environment') {
                $key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Environment')
                try {
                    $kept = @((Get-UserPath $key).Split(';') | Where-Object { -not (Test-Listed $_ $told.install_dir) })
                    Set-UserPath $key ($kept -join ';')
                } finally { $key.Dispose() }
                Write-News ('took ' + $told.install_dir + ' from PATH')
            }
        }
        if ($left -ne '') { throw "not everything could be removed (is $App running?):$left" }
        [IO.File]::Delete((Get-Receipt))
        $above = @($told.folders | Where-Object { Test-OwnTree $_ } | ForEach-Object { [IO.Path]::GetDirectoryName($_) })
        foreach ($folder in $above + [IO.Path]::GetDirectoryName((Get-Receipt))) {
            try { [IO.Directory]::Delete($folder) } catch { Write-Detail ($folder + ' is not empty') }
        }
        Write-News "$App is uninstalled"
    }

    # --- The order of things.
    function Install-OtherVersion([string]$Wanted) {
        if ($Wanted -notmatch '\A[A-Za-z0-9][A-Za-z0-9.+!_-]*\z') {
            throw '-Version asks for a version, as in -Version ' + $Release
        }
        $file = [IO.Path]::GetTempFileName()
        try {
            foreach ($base in @(Get-Bases $Wanted)) {
                $address = Join-Address $base 'install.ps1'
                Write-News "fetching $address"
                $told = Get-File $address $file
                if ($told.Outcome -ne 'ok') { Add-Problem $address $told.Why; continue }
                $text = [IO.File]::ReadAllText($file)
                # Another one would look for the wanted version in the same place, without end.
                if (-not $text.Contains('$Release = ''' + $Wanted + '''')) {
                    Add-Problem $address 'is of another version'
                    continue
                }
                $block = [scriptblock]::Create($text)
                & $block -Version $Wanted -Explain:$Explain -NoModifyPath:$NoModifyPath -Quiet:$Quiet -Detail:$Detail
                return
            }
        } finally { [IO.File]::Delete($file) }
        throw ("no installer of $App $Wanted was found`n" + ($State.Problems -join "`n") +
            "`n  hint: set ${Prefix}_BASE_URL to where that version is")
    }

    function Show-Plan($Choice) {
        Write-Host "$App $Release on $Place"
        Write-Host ('  machine: ' + $Machine.Name + ', by ' + $Machine.By)
        Write-Host 'tried in this order:'
        foreach ($one in $Choice) { if ($one.Rank -lt 90) { Write-Host (Get-Line $one) } }
        Write-Host 'not for this place:'
        foreach ($line in @(Get-Refused $Choice)) { Write-Host $line }
        Write-Host 'from:'
        foreach ($base in @(Get-Bases $Release)) { Write-Host ('  ' + $base) }
        Write-Host ('into:' + "`n  " + (Get-BinFolder))
    }

    function Get-Line($One) { return '  ' + $Artifacts[$One.File].Name + '   ' + $One.Why }

    function Get-Refused($Choice) {
        foreach ($one in $Choice) { if ($one.Rank -ge 90) { Get-Line $one } }
        foreach ($one in $Others) { '  ' + $one.Name + '   is for ' + $one.Os + '; this place is windows' }
    }

    function Stop-Install($Choice, [string]$What) {
        $lines = @("no $App $Release build $What ($Place)") + $State.Problems + @(Get-Refused $Choice)
        $lines += "  hint: -Explain tells more; ${Prefix}_TARGET takes one whatever the place is"
        if ($Homepage) { $lines += '  see ' + $Homepage }
        throw ($lines -join "`n")
    }

    # -> whether the file lies in the stage now, checked.
    function Get-Artifact($Artifact) {
        $file = [IO.Path]::Combine($State.Stage, 'archive')
        foreach ($base in @(Get-Bases $Release)) {
            $address = Join-Address $base $Artifact.Name
            Write-News "fetching $address"
            $told = Get-File $address $file
            if ($told.Outcome -ne 'unreached') { $State.Dead = $false }
            if ($told.Outcome -ne 'ok') { Add-Problem $address $told.Why; continue }
            $sum = Get-Sha256 $file
            if ($sum -eq $Artifact.Sha256) { $State.Base = $base; return $true }
            Add-Problem $address ('has sha256 ' + $sum + ' instead of ' + $Artifact.Sha256)
        }
        return $false
    }

    function Install-Artifact($Artifact) {
        if (-not (Get-Artifact $Artifact)) {
            if ($State.Dead) {
                throw ("nothing could be reached, so $App $Release was not installed`n" + ($State.Problems -join "`n") +
                    "`n  hint: get " + $Artifact.Name + " by other means, and set ${Prefix}_BASE_URL to its folder")
            }
            return
        }
        $file = [IO.Path]::Combine($State.Stage, 'archive')
        # A folder of its own: what was tried before may be in use still.
        $State.Tries++
        $unpacked = [IO.Path]::Combine($State.Stage, 'unpacked' + $State.Tries)
        [void][IO.Directory]::CreateDirectory($unpacked)
        $programs = @($Artifact.Programs)
        if ($Artifact.Format -eq 'binary') {
            $programs = @(@{ Name = $programs[0].Name; Member = $programs[0].Name })
            [IO.File]::Move($file, [IO.Path]::Combine($unpacked, $programs[0].Name))
        } else {
            try { Expand-File $file $Artifact.Format $unpacked }
            catch { Add-Problem $Artifact.Name ('cannot be unpacked: ' + (Get-Reason $_)); return }
        }
        $why = Test-Program ([IO.Path]::Combine($unpacked, $programs[0].Member.Replace('/', '\')))
        if ($why -ne '') { Add-Problem $Artifact.Name $why; return }
        Complete-Install @{ Name = $Artifact.Name; Top = $Artifact.Top; Programs = $programs } $unpacked
    }

    function Initialize-Stage {
        [void][IO.Directory]::CreateDirectory($State.Bin)
        foreach ($dead in [IO.Directory]::GetDirectories($State.Bin, ".$App-install.*")) {
            if ([IO.Directory]::GetLastWriteTimeUtc($dead) -lt [DateTime]::UtcNow.AddDays(-1)) { Remove-Folder $dead }
        }
        $State.Stage = [IO.Path]::Combine($State.Bin, ".$App-install.$PID")
        $State.Old = [IO.Path]::Combine($State.Stage, 'old')
        $State.New = [IO.Path]::Combine($State.Stage, 'new')
        [void][IO.Directory]::CreateDirectory($State.Old)
        [void][IO.Directory]::CreateDirectory($State.New)
    }

    function Install-All($Choice) {
        if ($Choice.Count -eq 0 -or $Choice[0].Rank -ge 90) { Stop-Install $Choice 'runs here' }
        $State.Bin = Get-BinFolder
        try {
            Initialize-Stage
            foreach ($one in $Choice) {
                if ($one.Rank -ge 90 -or $State.Done) { break }
                $artifact = $Artifacts[$one.File]
                Install-Artifact $artifact
            }
            if (-not $State.Done) { Stop-Install $Choice 'could be installed' }
        } finally {
            if (-not $State.Done) { Undo-Moves }
            if ($State.Stage -ne '') { Remove-Folder $State.Stage }
        }
        Add-ToPath
        Save-Receipt $artifact $State.Base
        foreach ($path in $State.Files) { Write-News ("installed $path ($Release, " + $artifact.Target + ')') }
        if ($State.PathFiles.Count -gt 0) { Write-News 'new windows will find it on PATH, and this one does' }
    }

    # Before the first thing that a constrained PowerShell forbids.
    if ([string]$ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
        throw ('this PowerShell runs in ' + $ExecutionContext.SessionState.LanguageMode +
            ' mode, by a policy of this computer, in which nothing can be installed by a script: ' +
            'get the file for this machine by hand, from ' + ($OwnBases -join ' or '))
    }
    if ($PSVersionTable.PSVersion.Major -lt 5) { throw 'PowerShell 5.1 or newer is needed' }
    if ($PSVersionTable.PSVersion.Major -ge 6 -and -not $IsWindows) { throw 'this is not Windows: install.sh is for this system' }
    # Windows PowerShell may still offer TLS 1.0 only; 0 leaves the choice to the system.
    $protocols = [int][Net.ServicePointManager]::SecurityProtocol
    if ($protocols -ne 0) { [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]($protocols -bor 3072) }
    $State = @{
        Quiet = ($Quiet -or (Test-On (Get-Setting 'QUIET'))); Detail = ($Detail -or (Test-On (Get-Setting 'VERBOSE')))
        Problems = @(); Bin = ''; Stage = ''; Old = ''; New = ''; Tree = ''; Base = ''
        Files = @(); Replaced = @(); PathFiles = @(); Done = $false; Dead = $true; Tries = 0
    }
    $asked = @{
        Target = (Get-Setting 'TARGET'); Folder = (Get-Setting 'INSTALL_DIR'); Unmanaged = (Get-Setting 'UNMANAGED_INSTALL')
        Bases = (Get-Setting 'BASE_URL'); Token = (Get-Setting 'TOKEN')
        NoModifyPath = ($NoModifyPath -or (Test-On (Get-Setting 'NO_MODIFY_PATH')))
    }
    if ($Help) { Show-Help; return }
    if ($Uninstall) { Remove-Install; return }
    if ($Version -ne '' -and $Version -ne $Release) { Install-OtherVersion $Version; return }
    $Machine = Get-Machine
    $WindowsVersion = [Environment]::OSVersion.Version.ToString(3)
    $Place = 'windows ' + $WindowsVersion + ', ' + $Machine.Name
    $choice = @(Get-Choice)
    if ($Explain) { Show-Plan $choice } else { Install-All $choice }
}
