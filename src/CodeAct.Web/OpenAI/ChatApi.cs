using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CodeAct.Agents;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.OpenAI;

/// <summary><c>/v1/chat/completions</c>.</summary>
internal static class ChatApi
{
    /// <summary>Names the conversation, in requests and in every answer of the agent.</summary>
    public const string ConversationHeader = "X-Conversation-Id";

    public static void MapChatCompletions(this IEndpointRouteBuilder v1) =>
        v1.MapPost("/chat/completions", CompleteAsync).WithSummary("The next message of a chat, by the agent or a model");

    private static async Task<IResult> CompleteAsync(
        HttpContext context,
        Caller caller,
        AgentRequests agent,
        LiveConversations conversations,
        ModelShelf shelf,
        WebOptions options,
        CancellationToken cancellationToken)
    {
        var asked = await OpenAIJson.ReadAsync<ChatRequest>(context.Request, cancellationToken);
        var model = OpenAIModel.Of(asked.Model, shelf);
        var created = options.Time.GetUtcNow().ToUnixTimeSeconds();
        var includeUsage = asked.StreamOptions?.IncludeUsage is true;
        if (model.Showing is Showing.Raw)
        {
            var plain = new ChatAnswer($"chatcmpl-{Guid.CreateVersion7():N}", created, model.Id, includeUsage);
            var pieces = RawModel.AnswerAsync(shelf, model.Model, asked.Read(), asked.RawOptions(), cancellationToken);
            return await AnswerAsync(context, plain, asked.Stream, RawAsync(plain, pieces), cancellationToken);
        }

        var messages = asked.Read();
        var given = context.Request.Headers[ConversationHeader].ToString();
        var request = new AgentRequest(
            messages,
            given.Length == 0 ? null : await conversations.OpenAsync(given, caller.Owner, cancellationToken),
            asked.Asking(model.Model));
        var turn = await agent.BeginAsync(caller.Owner, request, cancellationToken);
        context.Response.Headers[ConversationHeader] = turn.Conversation.Id;
        var answer = new ChatAnswer($"chatcmpl-{turn.Conversation.Id}-{turn.Before}", created, model.Id, includeUsage);
        var text = new ChatText(model.Showing, new TurnText(turn.Conversation.Id, $"{context.Request.Scheme}://{context.Request.Host}"));
        return await AnswerAsync(context, answer, asked.Stream, AgentAsync(), cancellationToken);

        async IAsyncEnumerable<string> AgentAsync()
        {
            await foreach (var piece in turn.PiecesAsync(cancellationToken))
            {
                yield return text.Add(piece);
            }

            answer.End = text switch
            {
                { Lost: { } why } => new ChatEnd.Failed(StatusCodes.Status503ServiceUnavailable, why),
                { End: { Reason: StopReason.Failed } failed } =>
                    new ChatEnd.Failed(StatusCodes.Status502BadGateway, Prompts.Why(failed.Reason, failed.Detail)),
                _ => new ChatEnd.Finished(text.FinishReason, text.End?.Totals.InputTokens ?? 0, text.End?.Totals.OutputTokens ?? 0),
            };
            await agent.RememberAsync(caller.Owner, request, text.Text, turn);
        }
    }

    private static async IAsyncEnumerable<string> RawAsync(ChatAnswer answer, IAsyncEnumerable<RawModel.Piece> pieces)
    {
        await foreach (var piece in pieces)
        {
            if (piece.FinishReason is { } finish)
            {
                answer.End = new ChatEnd.Finished(finish, piece.InputTokens, piece.OutputTokens);
            }

            yield return piece.Text;
        }
    }

    /// <summary>Sends an answer, whose pieces say in the end how it ended, as a stream or as a whole.</summary>
    private static async Task<IResult> AnswerAsync(
        HttpContext context, ChatAnswer answer, bool isStream, IAsyncEnumerable<string> pieces, CancellationToken cancellationToken)
    {
        if (isStream)
        {
            return OpenAIJson.Stream(context.Response, StreamAsync(answer, pieces, cancellationToken));
        }

        var text = string.Concat(await pieces.ToListAsync(cancellationToken));
        return answer.End is ChatEnd.Failed(var status, var why)
            ? TypedResults.Json(OpenAIErrors.Of(status, why), statusCode: status)
            : TypedResults.Json(answer.Whole(text), ChatAnswer.Options);
    }

    private static async IAsyncEnumerable<SseItem<string>> StreamAsync(
        ChatAnswer answer, IAsyncEnumerable<string> pieces, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Item(answer.Piece(new { role = "assistant", content = "" }));
        await foreach (var piece in OpenAIJson.CaughtAsync(pieces, Failed, cancellationToken))
        {
            if (piece.Length > 0)
            {
                yield return Item(answer.Piece(new { content = piece }));
            }
        }

        if (answer.End is ChatEnd.Failed(var status, var why))
        {
            yield return new SseItem<string>(OpenAIErrors.Text(status, why));
        }
        else
        {
            yield return Item(answer.Piece(new { }, answer.FinishReason));
            if (answer.IncludeUsage)
            {
                yield return Item(answer.Spent());
            }
        }

        yield return new SseItem<string>("[DONE]");

        IEnumerable<string> Failed(int status, string why)
        {
            answer.End = new ChatEnd.Failed(status, why);
            return [];
        }
    }

    private static SseItem<string> Item(object data) => new(JsonSerializer.Serialize(data, ChatAnswer.Options));
}
