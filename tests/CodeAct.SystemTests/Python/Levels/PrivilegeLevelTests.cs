using System.Diagnostics;
using CodeAct.SystemTests.Cli;

namespace CodeAct.SystemTests.Python.Levels;

/// <summary>The command as root, as an ordinary user, and as one on a machine that has less than this.</summary>
public sealed class PrivilegeLevelTests(LevelPrograms programs) : IClassFixture<LevelPrograms>
{
    private const string None = "";

    private static readonly string[] _needNamespaces = ["namespaces", "private root", "host name"];
    private static readonly string[] _needControlGroups = ["memory of the session", "processes of the session"];

    /// <summary>As whom, and without what; a run that is not root's has no root to try.</summary>
    public static TheoryData<bool, string, string[]> Levels
    {
        get
        {
            var levels = new TheoryData<bool, string, string[]>
            {
                { false, None, _needControlGroups },
                { false, "userns", [.. _needNamespaces, .. _needControlGroups] },
            };
            if (Environment.IsPrivilegedProcess)
            {
                levels.Add(true, None, []);
                levels.Add(true, "landlock", ["Landlock", "TCP ports"]); // a private root keeps files out without it
            }

            return levels;
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task The_doctor_says_what_is_enforced_and_what_is_missed(bool asRoot, string without, string[] missed)
    {
        var ran = await programs.RunAsync(asRoot, without, "", "doctor", "--no-model");

        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
        var lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 20, 30);
        var layers = lines.Where(line => line.Contains(" sandbox ", StringComparison.Ordinal)).ToList();
        Assert.Equal(missed, layers.Where(line => line[0] == '!').Select(Name));
        Assert.All(layers.Where(line => line[0] != '!'), line => Assert.StartsWith("✓", line, StringComparison.Ordinal));
        Assert.All(
            layers.Where(line => !missed.Contains(Name(line))),
            line => Assert.Matches("; refused: ", line));
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task Cells_run_the_same_at_every_level(bool asRoot, string without, string[] missed)
    {
        Assert.NotNull(missed);
        var cells = await File.ReadAllTextAsync(LevelPrograms.Source("central_cells.py"), TestContext.Current.CancellationToken);
        var ran = await programs.RunAsync(asRoot, without, cells, "exec");

        Assert.Equal(
            (0, "state 3 shell\nfiles in the workspace ['made.txt']\nkept True in the workspace\nthread\nrefused True True True True True True True\nmemory ends\n"),
            (ran.ExitCode, ran.Output + string.Join("\n", ran.Errors.Split('\n').Where(line => !line.StartsWith("saved ", StringComparison.Ordinal)))));
    }

    [Theory]
    [InlineData("userns,landlock", "files of the host (no Landlock")]
    [InlineData("seccomp", "seccomp filter")]
    public async Task Where_the_floor_cannot_be_had_the_engine_refuses_and_says_why(string without, string why)
    {
        var refused = await programs.RunAsync(asRoot: false, without, "1 + 1", "exec");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith("codeact: Python cannot be confined on this machine: ", refused.Errors, StringComparison.Ordinal);
        Assert.Contains(why, refused.Errors, StringComparison.Ordinal);
        Assert.Contains("--sandbox none", refused.Errors, StringComparison.Ordinal);

        var examined = await programs.RunAsync(asRoot: false, without, "", "doctor", "--no-model");
        Assert.Equal(1, examined.ExitCode);
        Assert.StartsWith("✗ python      Python cannot be confined on this machine: ", examined.Output, StringComparison.Ordinal);

        var asked = await programs.RunAsync(asRoot: false, without, "1 + 1", "exec", "--sandbox", "none");
        Assert.Equal((0, "2\n"), (asked.ExitCode, asked.Output));
    }

    private static string Name(string line) => line[(line.IndexOf(" sandbox ", StringComparison.Ordinal) + 9)..].TrimStart().Split(':')[0];
}

/// <summary>The command where any user can read it, and a user who can do nothing else.</summary>
public sealed class LevelPrograms : IDisposable
{
    private const string Nobody = "54321"; // who has no entry anywhere, and owns nothing but the directory here

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-levels-").FullName;
    private int _homes;

    public LevelPrograms()
    {
        Permissions.LetAllRead(_directory);
        Copy(Path.GetDirectoryName(CliProcess.Command)!, Path.Combine(_directory, "cli"));
        Copy(Path.GetDirectoryName(Source("refuse_calls.py"))!, Path.Combine(_directory, "levels"));
    }

    public static string Source(string name) => Path.Combine(AppContext.BaseDirectory, "Python", "Levels", name);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Runs the command to its end, for someone whose files are for nobody else.</summary>
    internal async Task<CliResult> RunAsync(bool asRoot, string without, string input, params string[] arguments)
    {
        string[] user = Environment.IsPrivilegedProcess && !asRoot
            ? ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--inh-caps=-all"]
            : [];
        string[] filter = without.Length > 0 ? ["/usr/bin/python3", Path.Combine(_directory, "levels", "refuse_calls.py"), without] : [];
        string[] line = ["sh", "-c", "umask 077; exec \"$@\"", "sh", .. user, .. filter, "dotnet", Path.Combine(_directory, "cli", "CodeAct.Cli.dll"), .. arguments];
        var home = Directory.CreateDirectory(Path.Combine(_directory, $"home-{++_homes}")).FullName;
        Permissions.LetAllWrite(home);
        using var process = Process.Start(new ProcessStartInfo(line[0], line[1..])
        {
            WorkingDirectory = home,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["HOME"] = home, ["TMPDIR"] = home, ["XDG_STATE_HOME"] = home, ["XDG_DATA_HOME"] = home },
        })!;
        var cancellationToken = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return new CliResult(process.ExitCode, await output, await errors);
    }

    private static void Copy(string from, string to)
    {
        Permissions.LetAllRead(Directory.CreateDirectory(to).FullName);
        foreach (var file in Directory.GetFiles(from))
        {
            var copy = Path.Combine(to, Path.GetFileName(file));
            File.Copy(file, copy);
            Permissions.LetAllRead(copy);
        }

        foreach (var inner in Directory.GetDirectories(from))
        {
            Copy(inner, Path.Combine(to, Path.GetFileName(inner)));
        }
    }
}
