using CodeAct.Agents;
using CodeAct.Conversations;

namespace CodeAct.SystemTests.Conversations;

/// <summary>A writer is killed 200 times; what it had been told to be kept is there.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Rounds = 200;
    private const int Ahead = 2; // processes that start while another one is being killed
    private const int Seed = 20260304;

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-crash-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Sqlite_has_every_acknowledged_event_once_and_in_order_after_200_kills()
    {
        var file = Path.Combine(_directory, "conversations.db");
        await using var store = await SqliteConversationStore.OpenAsync(file, TimeProvider.System, Cancel);
        await KillAsync(store, "sqlite", file, _ => Task.CompletedTask);
    }

    [Fact]
    public async Task Postgres_has_every_acknowledged_event_once_and_in_order_after_200_kills_of_the_writer_and_10_of_the_server()
    {
        await using var own = new PostgresServer(); // others go on with theirs
        var connection = await own.CreateDatabaseAsync(Cancel);
        await using var store = await PostgresConversationStore.OpenAsync(connection, TimeProvider.System, Cancel);
        await KillAsync(
            store, "postgres", connection, round => IsServerKilled(round) ? own.KillAndRestartAsync(Cancel) : Task.CompletedTask);
    }

    private static bool IsServerKilled(int round) => round % 20 == 19;

    private static async Task KillAsync(IConversationStore store, string database, string connection, Func<int, Task> alsoKill)
    {
        var random = new Random(Seed);
        var id = await store.BeginAsync(Cancel);
        var started = new Queue<AppenderProcess>();
        var (acknowledged, rounds, writers) = (0L, 0, new List<(string Name, long Last)>());
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                // None starts while the server does.
                while (started.Count == 0
                    || (started.Count <= Ahead && round + started.Count < Rounds && !IsServerKilled(round + started.Count - 1)))
                {
                    started.Enqueue(AppenderProcess.Start(database, connection, id, $"writer{round + started.Count}"));
                }

                using var appender = started.Dequeue();
                var instant = TimeSpan.FromMilliseconds(random.NextDouble() * 60);
                var last = await appender.KillAfterAsync(instant, () => alsoKill(round), Cancel);
                acknowledged = Math.Max(acknowledged, last);
                writers.Add((appender.Name, last));
                rounds += last > 0 ? 1 : 0;
                Assert.InRange((await store.GetAsync(id, Cancel)).Events, acknowledged, long.MaxValue);
            }
        }
        finally
        {
            foreach (var left in started)
            {
                left.Dispose();
            }
        }

        var events = await store.ReadAsync(id, Cancel).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(number => (long)number), events.Select(one => one.Number));
        Assert.All(events, one => Assert.EndsWith($" {one.Number}", Assert.IsType<ModelText>(one.Entry.Event).Text));
        foreach (var (name, last) in writers.Where(writer => writer.Last > 0))
        {
            Assert.Equal($"{name} {last}", Assert.IsType<ModelText>(events[(int)last - 1].Entry.Event).Text);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{database}: {rounds} of {Rounds} writers had acknowledgements, {acknowledged} of {events.Count} events.");
        Assert.InRange(rounds, Rounds / 4, Rounds); // else the kills came before there was anything to lose
    }
}
