using CodeAct.Web.Chats;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CodeAct.Web.OpenAI;

/// <summary><c>/v1</c>: the agent as a model of OpenAI's interface, so that its clients get answers that were computed.</summary>
internal static class OpenAIApi
{
    public static IServiceCollection AddOpenAI(this IServiceCollection services) => services
        .AddSingleton<Uploads>()
        .AddSingleton<ConversationFinder>()
        .AddSingleton<AgentRequests>()
        .AddSingleton<IProblemDetailsWriter, OpenAIErrors>();

    public static void MapOpenAI(this IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup("/v1").WithTags("OpenAI").RequireAuthorization(Scopes.Chat);
        v1.MapGet("/models", Models).WithSummary("The models: the agent with each, its answers alone, and each without the agent");
        v1.MapGet("/models/{model}", Model).WithSummary("A model");
        v1.MapChatCompletions();
        v1.MapResponses();
        v1.MapUploads();
        v1.MapContainers();
    }

    private static JsonHttpResult<object> Models(ModelShelf shelf) =>
        OpenAIJson.Answer(new { Object = "list", Data = OpenAIModel.All(shelf).Select(Describe) });

    private static JsonHttpResult<object> Model(string model, ModelShelf shelf) =>
        OpenAIJson.Answer(Describe(OpenAIModel.Of(Uri.UnescapeDataString(model), shelf)));

    private static object Describe(OpenAIModel model) => new { model.Id, Object = "model", Created = 0, OwnedBy = "codeact" };
}
