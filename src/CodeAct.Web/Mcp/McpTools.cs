using System.ComponentModel;
using System.Text.Json;
using CodeAct.Actions;
using CodeAct.Python;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using CodeAct.Web.OpenAI;
using CodeAct.Web.Sessions;
using CodeAct.Web.Users;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace CodeAct.Web.Mcp;

/// <summary>The tools of the MCP server: the interpreter, the agent, and the files of both.</summary>
/// <remarks>
/// An interpreter has a name, its session. A client that says none gets the one of its connection, where the protocol has
/// connections; since its revision of 2026-07-28 it has none over HTTP, and each call without a name begins a session, whose name the
/// result tells.
/// </remarks>
/// <param name="sessions">The interpreters of <c>execute_code</c>.</param>
/// <param name="conversations">The conversations of <c>ask_agent</c>.</param>
/// <param name="options">The limits.</param>
/// <param name="alone">The session of a server that has one client; null for one that has several.</param>
internal sealed class McpTools(LiveSessions sessions, LiveConversations conversations, WebOptions options, string? alone)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    /// <summary>What a client is told of the server.</summary>
    public const string Instructions =
        "execute_code runs Python in a sandboxed interpreter that remembers variables and files from call to call. "
        + "ask_agent gives a whole task to an agent that writes and runs Python until it has an answer.";

    /// <summary>They, for a server.</summary>
    public void AddTo(McpServerOptions server)
    {
        server.ServerInfo = new Implementation { Name = "codeact", Version = typeof(McpTools).Assembly.GetName().Version!.ToString(3) };
        server.ServerInstructions = Instructions;
        server.ToolCollection =
        [
            Tool("execute_code", "Run Python", ExecuteAsync, isReadOnly: false),
            Tool("ask_agent", "Ask the agent", AskAsync, isReadOnly: false),
            Tool("list_files", "List files", ListAsync, isReadOnly: true),
            Tool("read_file", "Read a file", ReadAsync, isReadOnly: true),
        ];
    }

    private static McpServerTool Tool(string name, string title, Delegate method, bool isReadOnly) => McpServerTool.Create(
        method,
        new McpServerToolCreateOptions
        {
            Name = name,
            Title = title,
            ReadOnly = isReadOnly,
            SerializerOptions = McpJsonUtilities.DefaultOptions,
        });

    [Description("Runs Python in an interpreter that keeps variables, imports and files from call to call, as a notebook does. "
        + "Returns what the code printed, the value of its last expression, its error, and the pictures that it showed.")]
    private async Task<CallToolResult> ExecuteAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("Python; IPython's !shell, %magics and top-level await are allowed.")] string code,
        [Description("The name of the interpreter, of your choice; leave it out for that of this connection.")] string? session = null,
        [Description("Files to put into the working directory first.")] IReadOnlyList<GivenFile>? files = null,
        [Description("Longest time in seconds until the code is interrupted; 60 unless told.")] double timeout = 60,
        CancellationToken cancellationToken = default) => await ToldAsync(async () =>
    {
        if (timeout <= 0 || timeout > options.LongestCell.TotalSeconds)
        {
            throw new McpException($"'timeout' is {timeout}; it must be above 0 and at most {options.LongestCell.TotalSeconds} s.");
        }

        var (opened, isNew) = await OpenAsync(request, session, cancellationToken);
        foreach (var file in files ?? [])
        {
            await using var contents = file.Open();
            await opened.Python.Workspace.WriteAsync(file.Name, contents, cancellationToken);
        }

        var cell = new Cell(code) { Timeout = TimeSpan.FromSeconds(timeout) };
        var shown = await opened.RunAsync(cell, cancellationToken).ToListAsync(cancellationToken);
        var ended = (CellEnded)shown[^1];
        var pictures = shown.Select(PictureOf).OfType<ImageContentBlock>();
        return Result(
            [new TextContentBlock { Text = ObservationText.Of(shown) }, .. pictures],
            new { session = opened.Id, isNew, status = $"{ended.Status}", files = ended.Files, seconds = ended.Elapsed.TotalSeconds },
            isError: ended.Status is not CellStatus.Ok);
    });

    [Description("Gives a task to an agent that writes and runs Python, step by step, until it has an answer. "
        + "The conversation it names in its result goes on when it is given with the next task, with all variables and files.")]
    private async Task<CallToolResult> AskAsync(
        RequestContext<CallToolRequestParams> request,
        IProgress<ProgressNotificationValue> progress,
        [Description("What is to be done or found out.")] string task,
        [Description("Files to put into the agent's working directory first.")] IReadOnlyList<GivenFile>? files = null,
        [Description("The conversation to go on with, as a result named it; leave it out to begin one.")] string? conversation = null,
        [Description("The model that the agent asks; leave it out for the server's first.")] string? model = null,
        CancellationToken cancellationToken = default) => await ToldAsync(async () =>
    {
        var owner = Owner(request, Scopes.Chat);
        var turn = request.Params is { RequestState: { } state, InputResponses: { } answers }
            ? await McpApproval.AnswerAsync(state, answers, id => conversations.OpenAsync(id, owner, cancellationToken), cancellationToken)
            : await BeginAsync(task, files ?? [], conversation, model, owner, cancellationToken);
        var work = new McpWork(request.Server, progress, isAlone: alone is not null);
        var (text, made, isError) = await work.FollowAsync(turn, cancellationToken);
        return Result([new TextContentBlock { Text = text }], new { conversation = turn.Conversation.Id, files = made }, isError);
    });

    [Description("Lists the files in the working directory of an interpreter or of an agent's conversation.")]
    private async Task<CallToolResult> ListAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("The interpreter; leave it out for that of this connection.")] string? session = null,
        [Description("The agent's conversation, instead of an interpreter.")] string? conversation = null,
        CancellationToken cancellationToken = default) => await ToldAsync(async () =>
    {
        var list = McpFiles.List(await WorkspaceAsync(request, session, conversation, cancellationToken));
        return new CallToolResult { Content = [new TextContentBlock { Text = list }] };
    });

    [Description("Reads a file from the working directory of an interpreter or of an agent's conversation.")]
    private async Task<CallToolResult> ReadAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("The file, as list_files names it.")] string name,
        [Description("The interpreter; leave it out for that of this connection.")] string? session = null,
        [Description("The agent's conversation, instead of an interpreter.")] string? conversation = null,
        CancellationToken cancellationToken = default) => await ToldAsync(async () =>
    {
        var workspace = await WorkspaceAsync(request, session, conversation, cancellationToken);
        return new CallToolResult { Content = [await McpFiles.ReadAsync(workspace, name, cancellationToken)] };
    });

    private async Task<AgentTurn> BeginAsync(
        string task, IReadOnlyList<GivenFile> files, string? conversation, string? model, string owner, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(task))
        {
            throw new McpException("'task' is empty; say what is to be done.");
        }

        var opened = conversation is null
            ? await conversations.BeginAsync(owner, cancellationToken)
            : await conversations.OpenAsync(conversation, owner, cancellationToken);
        foreach (var file in files)
        {
            await using var contents = file.Open();
            await opened.AddFileAsync(file.Name, contents, cancellationToken);
        }

        return await AgentTurn.BeginAsync(opened, new Message(task, model), cancellationToken);
    }

    private async Task<Workspace> WorkspaceAsync(
        RequestContext<CallToolRequestParams> request, string? session, string? conversation, CancellationToken cancellationToken)
    {
        if (conversation is null)
        {
            return (await OpenAsync(request, session, cancellationToken)).Session.Python.Workspace;
        }

        var opened = await conversations.OpenAsync(conversation, Owner(request, Scopes.Chat), cancellationToken);
        return (await opened.WakeAsync(cancellationToken)).Workspace;
    }

    private async Task<(LiveSession Session, bool IsNew)> OpenAsync(
        RequestContext<CallToolRequestParams> request, string? session, CancellationToken cancellationToken)
    {
        var owner = Owner(request, Scopes.Execute);
        var ofConnection = alone ?? (request.Server.SessionId is { } connection ? $"mcp-{connection}" : null);
        return (session ?? ofConnection) is { } id
            ? await sessions.OpenAsync(id, owner, cancellationToken)
            : (await sessions.BeginAsync(owner, cancellationToken), true);
    }

    // A server that is a program of its user's asks nobody who its user is.
    private string Owner(RequestContext<CallToolRequestParams> request, string scope) =>
        alone is not null ? ""
        : request.User is { } user && user.HasClaim(Scopes.Claim, scope) ? Caller.Of(user).Owner
        : throw new McpException($"Your key may not do this; it needs the scope '{scope}'.");

    // What is the client's to mend is a result; the protocol's library tells clients nothing of other exceptions.
    private static async Task<CallToolResult> ToldAsync(Func<Task<CallToolResult>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (Told(failure) is not null)
        {
            return new CallToolResult { Content = [new TextContentBlock { Text = Told(failure)! }], IsError = true };
        }
    }

    private static string? Told(Exception failure) => failure switch
    {
        InputRequiredException => null, // it is an answer
        McpException => failure.Message,
        _ => Problems.Of(failure).Detail,
    };

    private static CallToolResult Result<T>(IList<ContentBlock> content, T facts, bool isError) => new()
    {
        Content = content,
        StructuredContent = JsonSerializer.SerializeToElement(facts, _json),
        IsError = isError,
    };

    private static ImageContentBlock? PictureOf(CellEvent shown)
    {
        var bundle = shown switch
        {
            DisplayData display => display.Data.Data,
            ExecuteResult result => result.Data.Data,
            _ => null,
        };
        return bundle is not null && ContainerFile.Picture(bundle) is var (type, _, bytes) && type != "image/svg+xml"
            ? ImageContentBlock.FromBytes(bytes, type)
            : null;
    }
}
