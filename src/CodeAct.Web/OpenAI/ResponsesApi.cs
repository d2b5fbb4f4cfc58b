using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.OpenAI;

/// <summary><c>/v1/responses</c>.</summary>
internal static class ResponsesApi
{
    private const string ConversationMark = "conv_";

    public static void MapResponses(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/responses", RespondAsync).WithSummary("A response by the agent or a model");
        v1.MapGet("/responses/{id}", GetAsync).WithSummary("A response of the agent, from the log");
        v1.MapPost("/conversations", BeginAsync).WithSummary("Begin a conversation, to be named in requests");
    }

    private static async Task<IResult> RespondAsync(
        HttpContext context,
        Caller caller,
        AgentRequests agent,
        ConversationFinder finder,
        LiveConversations conversations,
        ModelShelf shelf,
        WebOptions options,
        CancellationToken cancellationToken)
    {
        var asked = await OpenAIJson.ReadAsync<ResponseRequest>(context.Request, cancellationToken);
        var model = OpenAIModel.Of(asked.Model, shelf);
        var server = $"{context.Request.Scheme}://{context.Request.Host}";
        if (model.Showing is Showing.Raw)
        {
            var id = $"{ResponseId.Mark}{Guid.CreateVersion7():N}";
            var plain = new ResponseWriter(Frame(id, model.Id, options.Time.GetUtcNow(), asked), Showing.Raw, "", new TurnText("", server));
            var pieces = RawModel.AnswerAsync(shelf, model.Model, asked.Read(), asked.RawOptions(), cancellationToken);
            return await AnswerAsync(context, plain, asked.Stream, RawAsync(plain, pieces), cancellationToken);
        }

        var (files, container) = asked.Interpreter();
        var message = asked.Asking(model.Model);
        var named = asked.PreviousResponseId is { } previous && ResponseId.Parse(previous, null) is var (before, at)
            ? await finder.AfterAsync(before, at, caller.Owner, cancellationToken)
            : asked.ConversationId is { } conversation
                ? await conversations.OpenAsync(WithoutMark(conversation), caller.Owner, cancellationToken)
                : container is not null
                    ? await conversations.OpenAsync(ContainerFile.ConversationOf(container) ?? container, caller.Owner, cancellationToken)
                    : null;
        var request = new AgentRequest(asked.Read(), named, message) { Files = files };
        var turn = await agent.BeginAsync(caller.Owner, request, cancellationToken);
        context.Response.Headers[ChatApi.ConversationHeader] = turn.Conversation.Id;
        var frame = Frame($"{new ResponseId(turn.Conversation.Id, turn.Before)}", model.Id, options.Time.GetUtcNow(), asked);
        frame["conversation"] = new JsonObject { ["id"] = ConversationMark + turn.Conversation.Id };
        var writer = new ResponseWriter(frame, model.Showing, turn.Conversation.Id, new TurnText(turn.Conversation.Id, server));
        return await AnswerAsync(context, writer, asked.Stream, AgentAsync(), cancellationToken);

        async IAsyncEnumerable<JsonObject> AgentAsync()
        {
            await foreach (var piece in turn.PiecesAsync(cancellationToken))
            {
                var told = writer.Add(piece);
                if (piece is TurnPiece.Over or TurnPiece.Asked && named is null)
                {
                    await agent.RememberAsync(caller.Owner, request, writer.Text, turn);
                }

                foreach (var one in told)
                {
                    yield return one;
                }
            }
        }
    }

    private static async Task<IResult> GetAsync(
        string id,
        HttpContext context,
        Caller caller,
        LiveConversations conversations,
        IConversationStore store,
        ModelShelf shelf,
        CancellationToken cancellationToken)
    {
        var asked = ResponseId.Parse(id, null);
        var opened = await conversations.OpenAsync(asked.Conversation, caller.Owner, cancellationToken);
        var events = await store.ReadAsync(opened.Id, asked.Before, cancellationToken).ToListAsync(cancellationToken);
        var begun = events.Find(stored => stored.Entry.Event is RunStarted)
            ?? throw new KeyNotFoundException($"There is no response '{id}'.");
        var name = ((RunStarted)begun.Entry.Event).Model;
        var model = shelf.Offered.FirstOrDefault(offered => offered.Name == name)?.Alias ?? name;
        var frame = Frame(id, model, begun.Entry.At, new ResponseRequest());
        frame["conversation"] = new JsonObject { ["id"] = ConversationMark + opened.Id };
        var writer = new ResponseWriter(
            frame, Showing.Work, opened.Id, new TurnText(opened.Id, $"{context.Request.Scheme}://{context.Request.Host}"));
        frame["status"] = "in_progress";
        var told = events.TakeWhile(stored => stored == begun || stored.Entry.Event is not RunStarted)
            .Where(stored => stored.Entry.Event is not ApprovalRequested) // it may have been answered since
            .Select(stored => new Happened(stored));
        var isOver = events.Exists(stored => stored.Entry.Event is RunEnded);
        await foreach (var piece in TurnReader.ReadAsync(told.ToAsyncEnumerable(), cancellationToken))
        {
            if (isOver || piece is not TurnPiece.Lost)
            {
                writer.Add(piece);
            }
        }

        return TypedResults.Json(writer.Response);
    }

    private static async Task<IResult> BeginAsync(
        Caller caller, LiveConversations conversations, WebOptions options, CancellationToken cancellationToken)
    {
        var begun = await conversations.BeginAsync(caller.Owner, cancellationToken);
        return OpenAIJson.Answer(new
        {
            Id = ConversationMark + begun.Id,
            Object = "conversation",
            CreatedAt = options.Time.GetUtcNow().ToUnixTimeSeconds(),
            Metadata = new { },
        });
    }

    private static async IAsyncEnumerable<JsonObject> RawAsync(ResponseWriter writer, IAsyncEnumerable<RawModel.Piece> pieces)
    {
        await foreach (var piece in pieces)
        {
            foreach (var told in piece.FinishReason is null ? writer.Add(new TurnPiece.Wrote(piece.Text)) : writer.Finish(piece))
            {
                yield return told;
            }
        }
    }

    /// <summary>Sends a response as a stream, or as it is after all its events.</summary>
    private static async Task<IResult> AnswerAsync(
        HttpContext context, ResponseWriter writer, bool isStream, IAsyncEnumerable<JsonObject> events, CancellationToken cancellationToken)
    {
        if (isStream)
        {
            return OpenAIJson.Stream(context.Response, ItemsAsync(writer, events, cancellationToken));
        }

        await foreach (var told in events.WithCancellation(cancellationToken))
        {
            if ($"{told["type"]}" == "response.failed")
            {
                return TypedResults.Json(
                    OpenAIErrors.Of(StatusCodes.Status502BadGateway, $"{told["response"]!["error"]!["message"]}"),
                    statusCode: StatusCodes.Status502BadGateway);
            }
        }

        return TypedResults.Json(writer.Response);
    }

    private static async IAsyncEnumerable<SseItem<string>> ItemsAsync(
        ResponseWriter writer, IAsyncEnumerable<JsonObject> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var told in writer.Begin())
        {
            yield return Item(told);
        }

        await foreach (var told in OpenAIJson.CaughtAsync(events, (_, why) => writer.Fail("server_error", why), cancellationToken))
        {
            yield return Item(told);
        }
    }

    private static SseItem<string> Item(JsonObject told) => new(told.ToJsonString(), $"{told["type"]}");

    private static string WithoutMark(string id) =>
        id.StartsWith(ConversationMark, StringComparison.Ordinal) ? id[ConversationMark.Length..] : id;

    /// <summary>A response without what comes of it.</summary>
    private static JsonObject Frame(string id, string model, DateTimeOffset created, ResponseRequest asked) => new()
    {
        ["id"] = id,
        ["object"] = "response",
        ["created_at"] = created.ToUnixTimeSeconds(),
        ["status"] = "in_progress",
        ["error"] = null,
        ["incomplete_details"] = null,
        ["instructions"] = asked.Instructions,
        ["max_output_tokens"] = asked.MaxOutputTokens,
        ["model"] = model,
        ["output"] = new JsonArray(),
        ["parallel_tool_calls"] = false,
        ["previous_response_id"] = asked.PreviousResponseId,
        ["store"] = true,
        ["temperature"] = asked.Temperature,
        ["text"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } },
        ["tool_choice"] = "auto",
        ["tools"] = new JsonArray(),
        ["top_p"] = asked.TopP,
        ["truncation"] = "disabled",
        ["usage"] = null,
        ["metadata"] = asked.Metadata is { } metadata ? JsonNode.Parse(metadata.GetRawText()) : new JsonObject(),
    };
}
