using System.Reflection;
using CodeAct.Web.Api;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CodeAct.Web.Pages;

/// <summary>The chat page.</summary>
internal static class PagesSetup
{
    /// <summary>The program that carries the files of the pages, as its build says.</summary>
    public static string Carrier => Assembly.GetEntryAssembly()?.GetName().Name ?? "";

    public static void AddPages(this IServiceCollection services) =>
        services.AddScoped<OpenConversation>().AddRazorComponents().AddInteractiveServerComponents();

    /// <summary>A person asks, at a browser; programs are told of errors as problem details.</summary>
    public static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
        && !request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    /// <summary>What a person is shown when something cannot be found, or fails.</summary>
    public static void UseErrorPages(this IApplicationBuilder application)
    {
        application.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            StatusCodeSelector = failure => Problems.Of(failure).Status,
            AllowStatusCode404Response = true,
            CreateScopeForErrors = true, // the services of a page that failed are half used
        });
        application.UseStatusCodePagesWithReExecute("/error", createScopeForStatusCodePages: true);

        // To programs it is said here, and what says something already is left as it is.
        application.UseWhen(context => !WantsPage(context.Request), programs => programs.UseStatusCodePages());
    }

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        // It is written beside the program that carries the pages; a test that hosts the server for its interfaces has none.
        var manifest = Path.Combine(AppContext.BaseDirectory, $"{Carrier}.staticwebassets.endpoints.json");
        if (File.Exists(manifest))
        {
            routes.MapStaticAssets(manifest).AllowAnonymous();
        }

        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode().RequireAuthorization(Scopes.Chat);
    }
}
