using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.SystemTests.Conversations;

/// <summary>What every store of conversations does; each of them runs these tests on a real database.</summary>
public abstract class ConversationStoreConformance : IAsyncLifetime
{
    private IConversationStore? _store;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IConversationStore Store => _store!;

    /// <summary>Opens the database of this test, each time the same.</summary>
    protected abstract Task<IConversationStore> OpenAsync();

    /// <summary>Fills the empty database of this test from a script.</summary>
    protected abstract Task RestoreAsync(string script);

    /// <summary>The beginning of the names of the database's scripts.</summary>
    protected abstract string Database { get; }

    public virtual async ValueTask InitializeAsync() => _store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Store.DisposeAsync();
    }

    [Fact]
    public async Task Events_are_read_back_in_order_with_their_numbers_and_times()
    {
        var run = StoreLogs.Run("6 * 7? é \"<b>\" 🐍 \0 end", output: "a\r\n\u001b[1mb\ud800");
        var id = await Store.BeginAsync("", Cancel);

        Assert.Equal(2, await Store.AppendAsync(id, 0, [run[0], run[1]], Cancel));
        Assert.Equal(run.Count, await Store.AppendAsync(id, 2, [.. run.Skip(2)], Cancel));

        Assert.Equal(run.Lines(), await Store.LinesAsync(id));
        var summary = await Store.GetAsync(id, Cancel);
        Assert.Equal((run.Count, "gguf:nano.gguf", run[^1].At), (summary.Events, summary.Model, summary.Updated));
        Assert.Equal("6 * 7? é \"<b>\" 🐍  end", summary.Title);
        Assert.Equal(Time.GetUtcNow(), summary.Created);
    }

    [Fact]
    public async Task Another_store_of_the_same_database_sees_what_was_acknowledged()
    {
        var id = await Store.AddAsync(StoreLogs.Run("first"));

        await using var other = await OpenAsync();

        Assert.Equal(StoreLogs.Run("first").Lines(), await other.LinesAsync(id));
    }

    [Fact]
    public async Task Who_does_not_know_the_last_event_adds_nothing_and_is_told_its_number()
    {
        var run = StoreLogs.Run("one");
        var id = await Store.AddAsync(run);

        var behind = await Assert.ThrowsAsync<ConversationConflictException>(() => Store.AppendAsync(id, 3, run, Cancel));
        var ahead = await Assert.ThrowsAsync<ConversationConflictException>(() => Store.AppendAsync(id, 99, run, Cancel));

        Assert.Equal((run.Count, run.Count), (behind.Last, ahead.Last));
        Assert.Equal(run.Count, (await Store.LinesAsync(id)).Count);
    }

    [Fact]
    public async Task Of_many_writers_at_the_same_place_one_wins_and_different_conversations_do_not_disturb_each_other()
    {
        var same = await Store.BeginAsync("", Cancel);
        var own = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.BeginAsync("", Cancel)));

        var races = Enumerable.Range(0, 8).Select(async number =>
        {
            await Store.AppendAsync(own[number], 0, StoreLogs.Run($"own {number}"), Cancel);
            try
            {
                await Store.AppendAsync(same, 0, StoreLogs.Run($"race {number}"), Cancel);
                return true;
            }
            catch (ConversationConflictException)
            {
                return false;
            }
        });

        Assert.Single(await Task.WhenAll(races), won => won);
        Assert.Equal(StoreLogs.Run("race").Count, (await Store.LinesAsync(same)).Count);
        Assert.Equal(StoreLogs.Run("own 7").Lines(), await Store.LinesAsync(own[7]));
    }

    [Fact]
    public async Task A_conversation_that_there_is_not_is_named_in_the_error()
    {
        var errors = await Task.WhenAll(
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.GetAsync("nosuch", Cancel)),
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.LinesAsync("nosuch")),
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.ForkAsync("nosuch", 1, "", Cancel)),
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.BranchAsync("nosuch", 1, Cancel)),
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.FamilyAsync("nosuch", Cancel)),
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.RenameAsync("nosuch", "x", Cancel)),
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.DeleteAsync("nosuch", DeletionExtent.Family, Cancel)),
            Assert.ThrowsAsync<KeyNotFoundException>(() => Store.AppendAsync("nosuch", 0, StoreLogs.Run("x"), Cancel)));

        Assert.All(errors, error => Assert.Contains("'nosuch'", error.Message));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync("nosuch", 0, [], Cancel));
    }

    [Fact]
    public async Task The_beginning_of_an_ID_will_do_when_only_one_begins_like_that()
    {
        var ids = new List<string>();
        while (!ids.Exists(one => ids.Exists(other => other != one && other[0] == one[0])))
        {
            ids.Add(await Store.AddAsync(StoreLogs.Run("x")));
        }

        Assert.Equal(ids[0], (await Store.GetAsync(ids[0][..8], Cancel)).Id);
        var several = await Assert.ThrowsAsync<KeyNotFoundException>(() => Store.GetAsync(ids[^1][..1], Cancel));
        Assert.Contains(ids[^1], several.Message);
    }

    [Fact]
    public async Task A_search_finds_the_words_of_tasks_code_and_output_in_any_case_and_the_latest_comes_first()
    {
        var pandas = await Store.AddAsync(StoreLogs.Run("Average PRICE of Äpfel", "pd.read_csv('shop.csv')", "100% of_it"));
        var later = StoreLogs.At(
            new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero),
            new RunStarted("price of gold", [], "m", ""), new CellOutput(new PythonError("KeyError", "'gold'", "…")));
        var gold = await Store.AddAsync(later);
        var empty = await Store.BeginAsync("", Cancel);

        Assert.Equal(
            [gold, pandas, empty],
            (await Store.FindAsync(new ConversationQuery("", 9) { WithEmpty = true }, Cancel)).Select(one => one.Id));
        Assert.Equal([gold, pandas], await FindAsync(""));
        Assert.Equal([gold, pandas], await FindAsync("Price"));
        Assert.Equal([gold], (await Store.FindAsync(new ConversationQuery("price", 1), Cancel)).Select(one => one.Id));
        Assert.Equal([pandas], await FindAsync("READ_CSV äpfel average"));
        Assert.Equal([pandas], await FindAsync("100%"));
        Assert.Equal([gold], await FindAsync("keyerror:"));
        Assert.Empty(await FindAsync("price silver"));
        Assert.Empty(await FindAsync("f_it%"));
        Assert.Equal("price of gold", (await Store.FindAsync(new ConversationQuery("gold", 9), Cancel))[0].Title);
    }

    [Fact]
    public async Task A_fork_has_the_events_up_to_a_number_and_goes_its_own_way()
    {
        var run = StoreLogs.Run("root");
        var id = await Store.AddAsync(run);

        var fork = await Store.ForkAsync(id, 3, "", Cancel);
        await Store.AppendAsync(fork, 3, [run[6]], Cancel);

        Assert.Equal([.. run.Take(3).Lines(), LogJson.Write(run[6])], await Store.LinesAsync(fork));
        Assert.Equal(run.Lines(), await Store.LinesAsync(id));
        Assert.Equal(new ConversationOrigin(id, 3), (await Store.GetAsync(fork, Cancel)).Origin);
        Assert.Equal("root", (await Store.GetAsync(fork, Cancel)).Title);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ForkAsync(id, -1, "", Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ForkAsync(id, run.Count + 1, "", Cancel));
    }

    [Fact]
    public async Task A_fork_at_nothing_is_empty_and_remembers_where_it_comes_from()
    {
        var run = StoreLogs.Run("root");
        var id = await Store.AddAsync(run);

        var rerun = await Store.ForkAsync(id, 0, "", Cancel);
        var before = await Store.GetAsync(rerun, Cancel);
        await Store.AppendAsync(rerun, 0, [run[0]], Cancel);

        Assert.Equal((0, "", ""), (before.Events, before.Title, before.Model));
        Assert.Equal(run.Take(1).Lines(), await Store.LinesAsync(rerun));
        Assert.Equal(new ConversationOrigin(id, 0), (await Store.GetAsync(rerun, Cancel)).Origin);
        Assert.Equal("root", (await Store.GetAsync(rerun, Cancel)).Title);
    }

    [Fact]
    public async Task Of_a_conversation_with_branches_a_list_shows_the_one_that_was_updated_last_and_all_are_its_family()
    {
        var run = StoreLogs.Run("root");
        var root = await Store.AddAsync(run, "ann");
        Time.Advance(TimeSpan.FromHours(1));
        var edited = await Store.BranchAsync(root, 0, Cancel);
        Time.Advance(TimeSpan.FromHours(1));
        var again = await Store.BranchAsync(root, 2, Cancel);
        var own = await Store.ForkAsync(root, 2, "ann", Cancel);
        var later = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
        await Store.AppendAsync(edited, 0, StoreLogs.At(later, new RunStarted("edited", [], "m", "")), Cancel);

        var family = await Store.FamilyAsync(again, Cancel);

        Assert.Equal([root, edited, again], family.Select(one => one.Id));
        Assert.Equal([null, new(root, 0), new(root, 2)], family.Select(one => one.Origin));
        Assert.All(family, one => Assert.Equal((root, "ann", "root"), (one.Family, one.Owner, one.Title)));
        Assert.Equal(own, Assert.Single(await Store.FamilyAsync(own, Cancel)).Family);
        await Store.AppendAsync(again, 2, StoreLogs.At(later.AddHours(1), new ModelText("last")), Cancel);
        await Store.AppendAsync(own, 2, StoreLogs.At(later.AddHours(2), new ModelText("own")), Cancel);
        Assert.Equal([own, again], await FamiliesAsync("root"));
        Assert.Equal([edited], await FamiliesAsync("edited"));
        Assert.Equal(4, (await FindAsync("")).Count());
    }

    [Fact]
    public async Task Everyone_has_conversations_of_their_own_and_a_fork_may_go_to_somebody_else()
    {
        var anns = await Store.AddAsync(StoreLogs.Run("of ann"), "ann");
        var nobodys = await Store.AddAsync(StoreLogs.Run("of nobody"));

        var bobs = await Store.ForkAsync(anns, 3, "bob", Cancel);

        Assert.Equal([anns], await OfAsync("ann"));
        Assert.Equal([bobs], await OfAsync("bob"));
        Assert.Equal([nobodys], await OfAsync(""));
        Assert.Equal(3, (await FindAsync("")).Count());
        Assert.Equal((1, 0), (await Store.CountAsync("bob", Cancel), await Store.CountAsync("eve", Cancel)));
        Assert.Equal((bobs, "bob"), ((await Store.GetAsync(bobs, Cancel)).Family, (await Store.GetAsync(bobs, Cancel)).Owner));
    }

    [Fact]
    public async Task A_long_list_is_read_page_by_page_also_where_several_are_of_the_same_instant()
    {
        var ids = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            var at = new DateTimeOffset(2026, 1, 1, 0, 0, number / 2, TimeSpan.Zero);
            ids.Add(await Store.AddAsync(StoreLogs.At(at, new ModelText($"{number}"))));
        }

        var pages = new List<IReadOnlyList<ConversationSummary>>();
        do
        {
            var query = new ConversationQuery("", 2) { Before = pages.LastOrDefault()?[^1].Place, OnePerFamily = pages.Count % 2 == 0 };
            pages.Add(await Store.FindAsync(query, Cancel));
        }
        while (pages[^1].Count > 0);

        var listed = pages.SelectMany(page => page).Select(one => one.Id).ToList();
        Assert.Equal([2, 2, 1, 0], pages.Select(page => page.Count));
        Assert.Equal(await FindAsync(""), listed);
        Assert.Equal(ids.Order(), listed.Order());
        await Assert.ThrowsAsync<ArgumentException>(
            () => Store.FindAsync(new ConversationQuery("", 2) { Before = "elsewhere" }, Cancel));
    }

    [Fact]
    public async Task A_title_that_was_given_stays_and_its_branches_have_it_too()
    {
        var id = await Store.BeginAsync("", Cancel);
        var branch = await Store.BranchAsync(id, 0, Cancel);

        await Store.RenameAsync(id, $" {new string('é', 100)} ", Cancel);
        await Store.AppendAsync(id, 0, StoreLogs.Run("root"), Cancel);

        Assert.Equal(new string('é', 100), (await Store.GetAsync(id, Cancel)).Title);
        Assert.Equal(new string('é', 100), (await Store.GetAsync(branch, Cancel)).Title);
        await Store.RenameAsync(id, "Quarterly figures", Cancel);
        Assert.Equal([id], await FindAsync("quarterly root"));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.RenameAsync(id, " \0", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.RenameAsync(id, new string('x', 101), Cancel));
    }

    [Fact]
    public async Task What_was_deleted_is_gone_with_its_events_and_what_was_forked_from_it_stays()
    {
        var run = StoreLogs.Run("root");
        var root = await Store.AddAsync(run, "ann");
        Time.Advance(TimeSpan.FromHours(1));
        var branch = await Store.BranchAsync(root, 3, Cancel);
        Time.Advance(TimeSpan.FromHours(1));
        var twig = await Store.BranchAsync(branch, 3, Cancel);
        var fork = await Store.ForkAsync(branch, 3, "bob", Cancel);

        await Store.DeleteAsync(branch, DeletionExtent.Conversation, Cancel);
        Assert.Equal([root, twig], (await Store.FamilyAsync(twig, Cancel)).Select(one => one.Id));
        Assert.Null((await Store.GetAsync(twig, Cancel)).Origin);
        await Store.DeleteAsync(twig, DeletionExtent.Family, Cancel);

        Assert.Equal([fork], await FindAsync("root"));
        Assert.Equal(run.Take(3).Lines(), await Store.LinesAsync(fork));
        Assert.Null((await Store.GetAsync(fork, Cancel)).Origin);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Store.LinesAsync(root));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Store.AppendAsync(root, run.Count, run, Cancel));
        Assert.Equal(0, await Store.CountAsync("ann", Cancel));
    }

    [Fact]
    public async Task A_reader_that_knows_the_first_events_is_given_only_the_others()
    {
        var run = StoreLogs.Run("root");
        var id = await Store.AddAsync(run);

        var rest = await Store.ReadAsync(id, 5, Cancel).ToListAsync(Cancel);

        Assert.Equal([6, 7], rest.Select(one => one.Number));
        Assert.Equal(run.Skip(5).Lines(), rest.Select(one => LogJson.Write(one.Entry)));
        Assert.Empty(await Store.ReadAsync(id, 7, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_picture_of_megabytes_comes_back_whole()
    {
        var bytes = new byte[4 << 20];
        new Random(7).NextBytes(bytes);
        var picture = new MimeBundle(new Dictionary<string, string> { ["image/png"] = Convert.ToBase64String(bytes) });

        var id = await Store.AddAsync([new LogEntry(Time.GetUtcNow(), new CellOutput(new DisplayData(picture)))]);

        var read = await Store.ReadAsync(id, Cancel).SingleAsync(Cancel);
        var output = Assert.IsType<CellOutput>(read.Entry.Event);
        Assert.Equal(bytes, Convert.FromBase64String(Assert.IsType<DisplayData>(output.Event).Data.Data["image/png"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_database_of_an_earlier_version_is_upgraded_and_goes_on(int version)
    {
        await Store.DisposeAsync();
        await RestoreAsync(await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Conversations", $"{Database}-version-{version}.sql"), Cancel));

        _store = await OpenAsync();

        var found = Assert.Single(await Store.FindAsync(new ConversationQuery("", 10) { Owner = "", OnePerFamily = true }, Cancel));
        Assert.Equal(("0123456789", "What is 6 * 7?", "openai:old", 4), (found.Id, found.Title, found.Model, found.Events));
        Assert.Equal(new DateTimeOffset(2025, 12, 31, 23, 59, 58, TimeSpan.Zero), found.Created);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 2, TimeSpan.Zero), found.Updated);
        Assert.Null(found.Origin);
        Assert.Equal(("", found.Id), (found.Owner, found.Family));
        Assert.Equal([found.Id], await FindAsync("print 42"));
        await Store.AppendAsync(found.Id, 4, StoreLogs.Run("And twice that?"), Cancel);
        Assert.Equal(4 + StoreLogs.Run("").Count, (await Store.LinesAsync(found.Id)).Count);
        Assert.Equal("What is 6 * 7?", (await Store.GetAsync(found.Id, Cancel)).Title);
    }

    [Fact]
    public async Task A_database_of_a_later_version_is_refused_and_left_as_it_is()
    {
        await RestoreAsync(Database == "sqlite"
            ? "PRAGMA user_version = 99"
            : "UPDATE codeact.schema_version SET version = 99");

        var refused = await Assert.ThrowsAsync<NotSupportedException>(OpenAsync);

        Assert.Contains("version 99", refused.Message);
    }

    private async Task<IEnumerable<string>> FamiliesAsync(string search) =>
        (await Store.FindAsync(new ConversationQuery(search, 100) { OnePerFamily = true }, Cancel)).Select(found => found.Id);

    private async Task<IEnumerable<string>> OfAsync(string owner) =>
        (await Store.FindAsync(new ConversationQuery("", 100) { Owner = owner }, Cancel)).Select(found => found.Id);

    private async Task<IEnumerable<string>> FindAsync(string search) =>
        (await Store.FindAsync(new ConversationQuery(search, 100), Cancel)).Select(found => found.Id);
}
