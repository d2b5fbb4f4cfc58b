using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Actions;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Export;
using CodeAct.Python;
using CodeAct.SystemTests.Cli;
using CodeAct.SystemTests.Models;
using CodeAct.SystemTests.Python;
using CodeAct.SystemTests.Tools;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Agents;

/// <summary>Every mode over real HTTP, with real tools and the real interpreter: what it asks for, and what comes of it.</summary>
public sealed class ActionModeTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private const string Signature = "get_weather(city: str, days: int = 1) -> str";

    private readonly List<string> _asked = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ToolSet Weather => new(HostTools.Function("get_weather", (string city, int days = 1) =>
    {
        _asked.Add($"{city} {days}");
        return $"rain in {city} for {days}";
    }, "Tells the weather."));

    public static TheoryData<string> Modes => ["code", "json", "text", "native", "json with code", "text with code", "native with code"];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task The_same_tool_gives_the_same_result_in_each_mode(string mode)
    {
        await using var server = ScriptedServer.Saying(Call(mode, "get_weather", "city", "Rome", 3), new Said("Rain."));

        var events = await RunAsync(server, new AgentOptions { Mode = Mode(mode), Tools = Weather });

        var end = Assert.IsType<RunEnded>(events[^1]);
        Assert.Equal((StopReason.Answered, "Rain.", 2), (end.Reason, end.Answer, end.Totals.Turns));
        Assert.Equal(["Rome 3"], _asked);
        Assert.EndsWith("rain in Rome for 3", server.Requests.Last().LastMessage());
        var messages = server.Requests.Last().Json["messages"]!.AsArray().Select(message => (string?)message!["role"]);
        Assert.Equal(["system", "user", "assistant", mode.StartsWith("native", StringComparison.Ordinal) ? "tool" : "user"], messages);
        Assert.Equal(mode is "json" or "text" or "native" ? (0, 1) : (1, 0), (end.Totals.Cells, end.Totals.Calls ?? 0));
        var summary = new ConversationSummary("7k2m000000", DateTimeOffset.UnixEpoch, default, "Weather?", "scripted", 0, null, "", "7k2m000000");
        var entries = events.Select(happened => new LogEntry(DateTimeOffset.UnixEpoch, happened)).ToList();
        Assert.All(Enum.GetValues<ExportFormat>(), format => Assert.All(
            ["get_weather", "rain in Rome for 3", "Rain."],
            text => Assert.Contains(text, ConversationExport.Write(summary, entries, format))));
    }

    [Theory]
    [InlineData("code", "- get_weather(city: str, days: int = 1) -> str\n    Tells the weather.")]
    [InlineData("json", "- {\"tool\": \"get_weather\", \"args\": {\"city\": str, \"days\": int = 1}} -> str\n    Tells the weather.")]
    [InlineData("text", "- get_weather, city: str, days: int = 1 -> str\n    Tells the weather.")]
    public async Task A_prompt_shows_the_tools_as_they_are_called_in_its_mode(string mode, string shown)
    {
        await using var server = ScriptedServer.Replying("Yes.");

        var events = await RunAsync(server, new AgentOptions { Mode = Mode(mode), Tools = Weather });

        var prompt = Assert.IsType<RunStarted>(events[0]).SystemPrompt;
        Assert.Contains(shown, prompt);
        Assert.Equal(mode == "code", prompt.Contains("interpreter", StringComparison.Ordinal));
        Assert.DoesNotContain("{{", prompt);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_call_that_fits_no_tool_is_answered_with_the_nearest_and_its_signature(string mode)
    {
        await using var server = ScriptedServer.Saying(
            Call(mode, "getwether", "city", "Rome", 3),
            Call(mode, "get_weather", "citty", "Rome", 3),
            Call(mode, "get_weather", "city", "Rome", "three"),
            Call(mode, "get_weather", "city", "Rome", 3),
            new Said("Rain."));

        var events = await RunAsync(server, new AgentOptions { Mode = Mode(mode), Tools = Weather });

        Assert.Equal("Rain.", Assert.IsType<RunEnded>(events[^1]).Answer);
        Assert.Equal(["Rome 3"], _asked);
        var told = server.Requests.Skip(1).Select(request => request.LastMessage()).ToList();
        Assert.All(told[..3], text => Assert.Contains(Signature, text));
        Assert.Contains("getwether", told[0]);
        Assert.Contains("did you mean 'city'?", told[1]);
        Assert.Contains("days must be int, not", told[2]);
        Assert.EndsWith("rain in Rome for 3", told[3]);
    }

    [Fact]
    public async Task A_name_that_is_like_no_tool_is_answered_with_those_that_there_are()
    {
        await using var server = ScriptedServer.Saying(Call("json", "stock_price", "city", "Rome", 3), new Said("None."));

        await RunAsync(server, new AgentOptions { Mode = ActionMode.Json, Tools = Weather });

        Assert.Equal(
            "Execution Output:\nError: there is no tool 'stock_price'; there are get_weather", server.Requests.Last().LastMessage());
    }

    [Fact]
    public async Task Several_native_calls_are_carried_out_in_order_and_each_gets_its_result_also_those_that_make_no_sense()
    {
        await using var server = ScriptedServer.Saying(
            new Said(
                "I ask for all.",
                ("get_weather", """{"city":"Rome"}"""), ("get_weather", """{"city": Oslo"""), ("weather", """{"city":"Bonn"}"""),
                ("get_weather", """{"city":"Kyiv","days":2}""")),
            new Said("Rain."));

        var events = await RunAsync(server, new AgentOptions { Mode = Mode("native"), Tools = Weather });

        Assert.Equal("Rain.", Assert.IsType<RunEnded>(events[^1]).Answer);
        Assert.Equal(["Rome 1", "Kyiv 2"], _asked);
        var messages = server.Requests.Last().Json["messages"]!.AsArray().Skip(2).ToList();
        Assert.Equal("I ask for all.", Content(messages[0]!));
        Assert.Equal(
            messages[0]!["tool_calls"]!.AsArray().Select(call => (string?)call!["id"]),
            messages.Skip(1).Select(message => (string?)message!["tool_call_id"]));
        var results = messages.Skip(1).Select(message => Content(message!)).ToList();
        Assert.Equal("rain in Rome for 1", results[0]);
        Assert.Contains("were no JSON object, so it was not called", results[1]);
        Assert.Equal($"Error: there is no tool 'weather'; there is {Signature}", results[2]);
        Assert.Equal("rain in Kyiv for 2", results[3]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Variables_stay_or_go_as_the_prompt_says_and_files_stay_in_both(bool persistent)
    {
        await using var server = ScriptedServer.Replying(
            "<execute>\nx = 1\nopen('x.txt', 'w').write('kept')\n</execute>",
            "<execute>\nprint('x' in globals(), task, open('x.txt').read())\n</execute>",
            "Done.");

        var events = await RunAsync(server, new AgentOptions { Persistent = persistent });

        var (started, end) = (Assert.IsType<RunStarted>(events[0]), Assert.IsType<RunEnded>(events[^1]));
        Assert.Equal($"Execution Output:\n{persistent} Weather? kept", server.Requests.Last().LastMessage());
        Assert.Equal(persistent, started.SystemPrompt.Contains("Variables, imports and functions stay", StringComparison.Ordinal));
        Assert.Equal(!persistent, started.SystemPrompt.Contains("runs in a fresh interpreter", StringComparison.Ordinal));
        Assert.Equal(persistent ? null : true, started.Stateless);
        Assert.Equal((3, 2), (end.Totals.Turns, end.Totals.Cells));
        Assert.True(end.Totals is { OutputTokens: > 0, Elapsed.Ticks: > 0 });
    }

    [Fact]
    public async Task Mint_is_spoken_to_the_letter()
    {
        await using var server = ScriptedServer.Replying(
            "<thought>I look.</thought>\n<execute>\nprint('x' * 3000)\n</execute>",
            "<execute>x = 1</execute>",
            "The answer is 42.",
            "<execute>x + 1</execute>",
            "<thought>I know.</thought> <solution> 2 </solution>");

        var events = await RunAsync(server, new AgentOptions { MaxTurns = 5, Mode = new CodeMode { Format = ActionFormat.Mint } });

        Assert.Equal("2", Assert.IsType<RunEnded>(events[^1]).Answer);
        var told = server.Requests.Skip(1).Select(request => request.LastMessage()).ToList();
        Assert.Equal(
            $"Observation:\n{new string('x', 2000)}...\n[Output Truncated]\nYou have 4 steps left and 2 chances to propose solution left.\n",
            told[0]);
        Assert.Equal(
            "Observation:\n[Executed Successfully with No Output]\nYou have 3 steps left and 2 chances to propose solution left.\n", told[1]);
        Assert.Contains("Put Python between <execute> and </execute>, or give your answer between <solution> and </solution>.", told[2]);
        Assert.Equal(
            "Observation:\n2\nYou have 1 steps left and 2 chances to propose solution left.\n"
            + "You should take the last step to propose a solution.\n",
            told[3]);
        Assert.Equal(
            ["</execute>", "\nObservation:", "\nTask:"],
            server.Requests.First().Json["stop"]!.AsArray().Select(stop => stop!.GetValue<string>()));
        var prompt = Assert.IsType<RunStarted>(events[0]).SystemPrompt;
        Assert.All(["<thought>", "<execute>", "<solution>", "You have 5 turns, and can propose an answer 2 times."], mark => Assert.Contains(mark, prompt));
        Assert.Equal("I look.", events.OfType<ReplyEnded>().First().Thought.Replace("<thought>", "").Replace("</thought>", "").Trim());
    }

    [Theory]
    [InlineData("code", "Action:\nprint(get_weather('Rome', 3))\nEnd Action", "Action:\nx = 1\nEnd Action")]
    [InlineData("json", "Action: {\"tool\": \"get_weather\", \"args\": [\"Rome\", 3]} End Action", null)]
    [InlineData("text", "Action: get_weather, Rome, 3 End Action", null)]
    public async Task M3ToolEval_is_spoken_to_the_letter_in_its_three_modes(string mode, string action, string? silent)
    {
        await using var server = ScriptedServer.Replying(
            $"Thought: I ask.\n{action}\nResult: sun\nAnswer: sun", silent ?? action, "I wonder.", "Thought: I know.\nAnswer: rain");

        var events = await RunAsync(
            server, new AgentOptions { Mode = Mode(mode) with { Format = ActionFormat.M3ToolEval }, Tools = Weather, SystemPrompt = "" });

        Assert.Equal("rain", Assert.IsType<RunEnded>(events[^1]).Answer);
        var told = server.Requests.Skip(1).Select(request => request.LastMessage()).ToList();
        Assert.Equal("rain in Rome for 3", told[0]);
        Assert.Equal(silent is null ? told[0] : "[Executed Successfully with No Output, Did you forget to print?]", told[1]);
        Assert.Contains("between Action: and End Action, or give your answer after Answer:.", told[2]);
        var said = server.Requests.Last().Json["messages"]!.AsArray();
        Assert.Equal(["Weather?", $"Thought: I ask.\n{action}"], said.Take(2).Select(message => Content(message!)));
    }

    [Fact]
    public async Task A_prompt_of_the_users_is_used_as_it_is_in_any_mode()
    {
        await using var server = ScriptedServer.Replying("<action>get_weather, Rome</action>", "Rain.");

        await RunAsync(server, new AgentOptions { Mode = ActionMode.Text, Tools = Weather, SystemPrompt = "Be brief." });

        Assert.Equal("Be brief.", Content(server.Requests.First().Json["messages"]![0]!));
        Assert.Equal(["Rome 1"], _asked);
    }

    private static ActionMode Mode(string name) => name switch
    {
        "native" => new NativeMode { Access = ToolAccess.Direct },
        "json with code" => new JsonMode { Access = ToolAccess.Code },
        "text with code" => new TextMode { Access = ToolAccess.Code },
        "native with code" => ActionMode.Native,
        _ => ActionMode.Named(name),
    };

    /// <summary>A call with a named argument and <c>days</c>, as it is written in a mode.</summary>
    private static Said Call(string mode, string tool, string key, string value, JsonNode days)
    {
        var arguments = new JsonObject { [key] = value, ["days"] = days.DeepClone() };
        var code = $"print({tool}({key}={JsonValue.Create(value).ToJsonString()}, days={days.ToJsonString()}))";
        return mode switch
        {
            "code" => new Said($"I ask.\n<execute>\n{code}\n</execute>"),
            "json" => new Said($"I ask.\n<action>\n{new JsonObject { ["tool"] = tool, ["args"] = arguments }.ToJsonString()}\n</action>"),
            "text" => new Said($"I ask.\n<action>{tool}, {key}: {value}, days: {days}</action>"),
            "native" => new Said("I ask.", (tool, arguments.ToJsonString())),
            "json with code" => new Said(
                $"<action>{new JsonObject { ["tool"] = "execute_code", ["args"] = new JsonObject { ["code"] = code } }.ToJsonString()}</action>"),
            "text with code" => new Said($"<action>execute_code, {code}</action>"),
            _ => new Said("", ("execute_code", new JsonObject { ["code"] = code }.ToJsonString())),
        };
    }

    private static string? Content(JsonNode message) =>
        message["content"] is JsonArray parts ? string.Concat(parts.Select(part => (string?)part!["text"])) : (string?)message["content"];

    private async Task<List<AgentEvent>> RunAsync(LoopbackServer server, AgentOptions options)
    {
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        using var model = server.Model();
        var conversation = new Conversation(session);
        var events = await new Agent(model, options, TimeProvider.System).RunAsync(conversation, "Weather?", Cancel).ToListAsync(Cancel);
        var logged = events.Select(happened => LogJson.Read(LogJson.Write(new LogEntry(DateTimeOffset.UnixEpoch, happened))).Event);
        Assert.Equal(Lines(conversation.Messages), Lines(Transcript.Of([.. logged], model.ObservationRole))); // a resumed one sends the same
        return events;
    }

    private static IEnumerable<string> Lines(IEnumerable<ChatMessage> messages) =>
        messages.Select(message => JsonSerializer.Serialize(message, AIJsonUtilities.DefaultOptions));
}
