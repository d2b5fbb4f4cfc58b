using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;

namespace CodeAct.SystemTests.Conversations;

/// <summary>A writer is killed 200 times while it writes to both stores; what it had been told to be kept is there.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Rounds = 200;
    private const int Ahead = 2; // processes that start while another one is being killed
    private const int LongestRound = 30; // milliseconds of appending
    private const int Seed = 20260304;

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-crash-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Both_stores_have_each_acknowledged_event_once_and_in_order_after_200_kills_of_the_writer_and_10_of_the_server()
    {
        await using var server = new PostgresServer(); // others go on with theirs
        var (file, connection) = (Path.Combine(_directory, "conversations.db"), await server.CreateDatabaseAsync(Cancel));
        await using var sqlite = await SqlConversationStore.OpenAsync(
            await SqliteDatabase.OpenAsync(file, Cancel), TimeProvider.System, Cancel);
        await using var postgres = await SqlConversationStore.OpenAsync(
            await PostgresDatabase.OpenAsync(connection, Cancel), TimeProvider.System, Cancel);
        var (inSqlite, inPostgres) = (await sqlite.BeginAsync("", Cancel), await postgres.BeginAsync("", Cancel));

        var told = await KillAsync(server, [file, inSqlite, connection, inPostgres]);

        await CheckAsync(sqlite, inSqlite, [.. told.Where(one => one.Store == "sqlite")]);
        await CheckAsync(postgres, inPostgres, [.. told.Where(one => one.Store == "postgres")]);
    }

    private static bool IsServerKilled(int round) => round % 20 == 19;

    /// <summary>Kills the writers, and gives what each of them was told.</summary>
    private static async Task<List<(string Writer, string Store, long Number)>> KillAsync(PostgresServer server, string[] places)
    {
        var random = new Random(Seed);
        var started = new Queue<AppenderProcess>();
        var told = new List<(string Writer, string Store, long Number)>();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                // None starts while the server does.
                while (started.Count == 0
                    || (started.Count <= Ahead && round + started.Count < Rounds && !IsServerKilled(round + started.Count - 1)))
                {
                    started.Enqueue(AppenderProcess.Start($"writer{round + started.Count}", places));
                }

                using var writer = started.Dequeue();
                var instant = TimeSpan.FromMilliseconds(random.NextDouble() * LongestRound);
                Func<Task> alsoKill = IsServerKilled(round) ? () => server.KillAndRestartAsync(Cancel) : () => Task.CompletedTask;
                var printed = await writer.KillAfterAsync(instant, alsoKill, Cancel);
                told.AddRange(printed.Select(one => (writer.Name, one.Store, one.Number)));
            }
        }
        finally
        {
            foreach (var left in started)
            {
                left.Dispose();
            }
        }

        return told;
    }

    private static async Task CheckAsync(
        IConversationStore store, string id, IReadOnlyList<(string Writer, string Store, long Number)> told)
    {
        var events = await store.ReadAsync(id, Cancel).ToListAsync(Cancel);
        var texts = events.Select(one => Assert.IsType<ModelText>(one.Entry.Event).Text).ToList();

        Assert.Equal(Enumerable.Range(1, events.Count).Select(number => (long)number), events.Select(one => one.Number));
        Assert.All(texts, (text, index) => Assert.EndsWith($" {index + 1}", text));
        Assert.All(told, one => Assert.Equal($"{one.Writer} {one.Number}", texts[(int)one.Number - 1]));
        var writers = told.Select(one => one.Writer).Distinct().Count();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{told[0].Store}: {told.Count} appends acknowledged to {writers} of {Rounds} writers, {events.Count} events kept.");
        Assert.InRange(writers, Rounds / 2, Rounds); // else the kills came before there was anything to lose
    }
}
