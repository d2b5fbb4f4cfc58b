using CodeAct.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.Tests.Models;

public sealed class ModelDecoratorTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task What_one_model_cannot_answer_is_asked_of_the_next_and_the_first_is_asked_last_for_a_minute()
    {
        var time = new FakeTimeProvider();
        var notices = new List<string>();
        var (first, second) = (new Scripted("first"), new Scripted("second"));
        first.Fails = new ModelException(ModelErrorKind.RateLimited, "Too many.");
        using var model = new Model("a", first).WithFallback([new Model("b", second) { ContextTokens = 100 }], notices.Add, time);
        Assert.Equal(100, model.ContextTokens);
        Assert.Equal("second", await AskAsync(model));
        Assert.Equal(["a could not be asked: Too many."], notices);
        first.Fails = null;
        Assert.Equal("second", await AskAsync(model));
        time.Advance(TimeSpan.FromMinutes(1.1));
        Assert.Equal("first", await AskAsync(model));
        Assert.Equal((2, 2), (first.Asked, second.Asked));
    }

    [Fact]
    public async Task When_no_model_answers_all_their_reasons_are_said()
    {
        var first = new Scripted("") { Fails = new ModelException(ModelErrorKind.WrongKey, "No key.") };
        var second = new Scripted("") { Fails = new ModelException(ModelErrorKind.Unreachable, "Nobody there.") };
        using var model = new Model("a", first).WithFallback([new Model("b", second)], null, TimeProvider.System);
        var error = await Assert.ThrowsAsync<ModelException>(() => AskAsync(model));
        Assert.Equal("None of the models answered. a: No key. b: Nobody there.", error.Message);
        Assert.Equal(ModelErrorKind.Unreachable, error.Kind);
    }

    [Fact]
    public async Task A_conversation_too_long_for_every_model_is_still_said_to_be_that()
    {
        var first = new Scripted("") { Fails = new ContextOverflowException(10, 5) };
        var second = new Scripted("") { Fails = new ModelException(ModelErrorKind.Unreachable, "Nobody there.") };
        using var model = new Model("a", first).WithFallback([new Model("b", second)], null, TimeProvider.System);
        Assert.Equal(10, (await Assert.ThrowsAsync<ContextOverflowException>(() => AskAsync(model))).Needed);
    }

    [Fact]
    public async Task A_reply_that_breaks_off_is_not_asked_of_another()
    {
        var second = new Scripted("second");
        var first = new Scripted("first") { BreaksOff = true };
        using var model = new Model("a", first).WithFallback([new Model("b", second)], null, TimeProvider.System);
        await Assert.ThrowsAsync<ModelException>(() => AskAsync(model));
        Assert.Equal(0, second.Asked);
    }

    [Fact]
    public async Task A_recording_answers_as_the_model_did_and_knows_what_it_was_not_asked()
    {
        var scripted = new Scripted("one");
        using (var model = new Model("a", scripted) { ObservationRole = ChatRole.Tool, SystemPrompt = "Act.", ContextTokens = 77 }.Recorded(_file))
        {
            Assert.Equal("one", await AskAsync(model));
            scripted.Text = "two";
            Assert.Equal("two", await AskAsync(model));
            Assert.Equal("two", (await model.Client.GetResponseAsync("Whole?", null, Cancelled)).Text);
        }

        using var played = Cassette.Play(_file);
        Assert.Equal((ChatRole.Tool, "Act.", 77), (played.ObservationRole, played.SystemPrompt, played.ContextTokens));
        Assert.Equal("one", await AskAsync(played));
        Assert.Equal("two", await AskAsync(played));
        Assert.Equal("two", await AskAsync(played));
        var whole = await played.Client.GetResponseAsync("Whole?", null, Cancelled);
        Assert.Equal(("two", 5), (whole.Text, (int)whole.Usage!.OutputTokenCount!));
        var unknown = await Assert.ThrowsAsync<ModelException>(() => played.Client.GetResponseAsync("Other?", null, Cancelled));
        Assert.Contains("has no reply to this request, which is number 1", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelException>(() => played.Client.GetResponseAsync("Whole?", new() { Temperature = 1 }, Cancelled));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("no JSON")]
    public void What_is_no_cassette_is_refused(string text)
    {
        File.WriteAllText(_file, text);
        Assert.Contains("is no cassette", Assert.Throws<ModelException>(() => Cassette.Play(_file)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<ModelException>(() => Cassette.Play(_file + ".none")).Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static async Task<string> AskAsync(Model model) =>
        (await model.Client.GetStreamingResponseAsync("Question?", null, Cancelled).ToChatResponseAsync(Cancelled)).Text;

    /// <summary>Says one thing, in two pieces.</summary>
    private sealed class Scripted(string text) : IChatClient
    {
        public string Text { get; set; } = text;

        public ModelException? Fails { get; set; }

        public bool BreaksOff { get; init; }

        public int Asked { get; private set; }

        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Asked++;
            await Task.Yield();
            if (Fails is not null)
            {
                throw Fails;
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, Text[..1]);
            if (BreaksOff)
            {
                throw new ModelException(ModelErrorKind.Interrupted, "It broke off.");
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, Text[1..]) { FinishReason = ChatFinishReason.Stop };
            yield return new ChatResponseUpdate { Contents = [new UsageContent(new UsageDetails { OutputTokenCount = 5 })] };
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
            // Nothing is open.
        }
    }
}
