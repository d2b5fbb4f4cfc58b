using System.Reflection;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CodeAct.Web.Pages;

/// <summary>The chat page.</summary>
internal static class PagesSetup
{
    /// <summary>The program that carries the files of the pages, as its build says.</summary>
    public static string Carrier => Assembly.GetEntryAssembly()?.GetName().Name ?? "";

    public static void AddPages(this IServiceCollection services) =>
        services.AddRazorComponents().AddInteractiveServerComponents();

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
