using CodeAct.Python;
using CodeAct.SystemTests.Python;
using Xunit.Sdk;
using Xunit.v3;

namespace CodeAct.SystemTests.Adversarial;

/// <summary>Runs every hostile program and referees: the program reports an escape, and the host looks for itself.</summary>
/// <remarks>Nothing else runs meanwhile: limits are timed, and this process's descriptors and memory are counted.</remarks>
[TestCaseOrderer(typeof(TableLast))]
public abstract class AdversarialSuite(Arena arena, ITestOutputHelper output)
{
    private const int Attempts = 3; // for what is measured in milliseconds on a machine that others use too
    private const long MostHostMemory = 256L << 20;

    private static readonly TimeSpan _softSlack = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _hardSlack = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task The_neighbours_keep_their_latency_and_every_program_has_run()
    {
        await Arena.QuietAsync();
        Latency[] latencies = [.. arena.Latencies];
        output.WriteLine(arena.Scores.Write(latencies));
        var peace = Scoreboard.Percentile(latencies.Where(latency => latency.Attack is null).Select(latency => latency.Milliseconds), 0.99);
        var attack = Scoreboard.Percentile(latencies.Where(latency => latency.Attack is not null).Select(latency => latency.Milliseconds), 0.99);
        Assert.True(attack < Math.Max(20, 2 * peace), $"The neighbours' p99 is {attack:0.0} ms under attack and {peace:0.0} ms in peace.");
        Assert.Equal(0, arena.Scores.Escapes);
    }

    /// <summary>Runs a program in a session of its own and reports how it was contained.</summary>
    protected async Task AttackAsync(string name, bool onFloor)
    {
        var program = AttackProgram.Named(name);
        var expect = onFloor ? program.Floor!.Value : program.Expect;
        var score = await TryAsync(program, expect);
        for (var attempt = 1; attempt < Attempts && score.Failures.Count > 0 && score.Failures.All(IsLateness); attempt++)
        {
            score = await TryAsync(program, expect);
        }

        arena.Scores.Add(name, score);
        Assert.True(score.Failures.Count == 0, $"{name} tries: {program.Attempt}. {string.Join("; ", score.Failures)}");
    }

    private static bool IsLateness(string failure) => failure.StartsWith("late", StringComparison.Ordinal);

    private async Task<Score> TryAsync(AttackProgram program, Expectation expect)
    {
        var resident = Footprint.Resident;
        Footprint.ForgetPeak();
        var failures = new List<string>();
        var session = await arena.Engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        Trial? last = null;
        try
        {
            await Trial.SetAsync(session, "CANARY", arena.Whereabouts());
            var prelude = await File.ReadAllTextAsync(Path.Combine(AttackProgram.Root, "prelude.py"), TestContext.Current.CancellationToken);
            Assert.Equal(CellStatus.Ok, (await Trial.RunAsync(session, prelude, TimeSpan.FromSeconds(10))).Ended.Status);
            arena.Attack(program.Category);
            Checkpoint? checkpoint = null;
            foreach (var (action, source) in program.Cells)
            {
                checkpoint = await Trial.ActAsync(session, action, checkpoint);
                last = await Trial.RunAsync(session, source, program.Limit);
                failures.AddRange(Judge(program, last));
            }

            failures.AddRange(Judge(program, expect, last!));
            failures.AddRange(await AfterwardsAsync(program, session, expect));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            failures.Add($"the host: {failure.GetType().Name}: {failure.Message}");
        }
        finally
        {
            await DisposeAsync(session, failures);
            arena.Attack(null);
        }

        var grown = Footprint.Peak - resident;
        if (grown > MostHostMemory)
        {
            failures.Add($"the host grew by {grown >> 20} MiB");
        }

        failures.AddRange(await arena.DamageAsync());
        failures.AddRange((await arena.LeftBehindAsync()).Select(left => $"left behind: {left}"));
        return new Score(
            program.Category,
            failures,
            expect == Expectation.Soft ? last?.Elapsed - program.Limit : null,
            last is { Ended.Status: CellStatus.Died } && last.Elapsed > program.Limit + Arena.Grace ? last.Elapsed - program.Limit - Arena.Grace : null,
            grown);
    }

    /// <summary>What holds of every cell.</summary>
    private IEnumerable<string> Judge(AttackProgram program, Trial trial)
    {
        if (trial.Elapsed > program.Limit + Arena.Grace + _hardSlack)
        {
            yield return $"late: ended after {trial.Elapsed.TotalMilliseconds:0} ms, {trial.Ended.Reason}";
        }

        var escape = trial.Text.IndexOf("ESCAPED", StringComparison.Ordinal);
        if (escape >= 0)
        {
            yield return trial.Text[escape..Math.Min(trial.Text.Length, escape + 200)].Trim();
        }

        var files = string.Join('\n', trial.Ended.Files);
        if (arena.Secrets.Any(secret => trial.Text.Contains(secret, StringComparison.Ordinal) || files.Contains(secret, StringComparison.Ordinal)))
        {
            yield return "a secret was read";
        }
    }

    /// <summary>What the program's last cell must have come to.</summary>
    private static IEnumerable<string> Judge(AttackProgram program, Expectation expect, Trial trial)
    {
        var ended = trial.Ended;
        var isRight = expect switch
        {
            Expectation.Soft => ended is { Status: CellStatus.TimedOut, VariablesKept: true },
            Expectation.Hard or Expectation.Died => ended.Status == CellStatus.Died,
            Expectation.Refused => ended.Status != CellStatus.Died && trial.Text.Contains("REFUSED", StringComparison.Ordinal),
            _ => true,
        };
        if (!isRight)
        {
            yield return $"was to end as {expect} and ended {ended.Status} ({ended.Reason}): {trial.Text[^Math.Min(400, trial.Text.Length)..]}";
        }

        if (expect == Expectation.Soft && trial.Elapsed > program.Limit + _softSlack)
        {
            yield return $"late: the soft limit ended it after {trial.Elapsed.TotalMilliseconds:0} ms";
        }

        var reason = program.Reason ?? (expect is Expectation.Soft or Expectation.Hard ? "time limit" : "");
        if (ended.Reason?.Contains(reason, StringComparison.Ordinal) != true && reason.Length > 0)
        {
            yield return $"the reason does not name '{reason}': {ended.Reason}";
        }
    }

    /// <summary>The session still answers, in whatever state it is; with its variables, where that was promised.</summary>
    private static async Task<IEnumerable<string>> AfterwardsAsync(AttackProgram program, IPythonSession session, Expectation expect)
    {
        await Trial.SetAsync(session, "again", 1);
        var after = await Trial.RunAsync(session, "kept", program.Limit);
        return expect is Expectation.Lives or Expectation.Soft or Expectation.Refused && after.Text != "42"
            ? [$"its variables are gone: {after.Ended.Status} {after.Ended.Reason} {after.Text}"]
            : after.Elapsed > program.Limit + Arena.Grace + _hardSlack ? [$"late: the next cell took {after.Elapsed.TotalMilliseconds:0} ms"] : [];
    }

    private static async Task DisposeAsync(IPythonSession session, List<string> failures)
    {
        try
        {
            await session.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            failures.Add($"the session cannot be disposed: {failure.GetType().Name}: {failure.Message}");
        }
    }

    /// <summary>The programs first, in the order of their names; then what sums them up.</summary>
    internal sealed class TableLast : ITestCaseOrderer
    {
        public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
            where TTestCase : notnull, ITestCase =>
            [.. testCases.OrderBy(test => test.TestMethod?.MethodName, StringComparer.Ordinal).ThenBy(test => test.TestCaseDisplayName, StringComparer.Ordinal)];
    }
}

[Collection(nameof(Alone))]
public sealed class FullAdversarialTests(FullArena arena, ITestOutputHelper output) : AdversarialSuite(arena, output), IClassFixture<FullArena>
{
    public static TheoryData<string> Programs => [.. AttackProgram.All.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_hostile_program_does_no_harm(string program) => AttackAsync(program, onFloor: false);
}

[Collection(nameof(Alone))]
public sealed class FloorAdversarialTests(FloorArena arena, ITestOutputHelper output) : AdversarialSuite(arena, output), IClassFixture<FloorArena>
{
    public static TheoryData<string> Programs =>
        [.. AttackProgram.All.Where(program => program.Floor is not null).Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_hostile_program_does_no_harm(string program) => AttackAsync(program, onFloor: true);
}
