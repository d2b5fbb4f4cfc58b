using System.Text.Json;
using Microsoft.Playwright;

namespace CodeAct.WebTests.Browser;

/// <summary>Checks the accessibility of a page with axe-core.</summary>
internal static class Axe
{
    private static readonly Lazy<string> _script = new(() => File.ReadAllText(Chromium.File(".tools/axe/axe.min.js")));

    /// <summary>Fails when the page as it is now has a serious or critical finding.</summary>
    public static async Task CheckAsync(IPage page)
    {
        await page.EvaluateAsync(_script.Value);
        var findings = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document)).violations
                .filter(finding => ['serious', 'critical'].includes(finding.impact))
                .map(finding => `${finding.id}: ${finding.help}\n` + finding.nodes.map(
                    node => `  ${node.html}\n  ${[...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')}`).join('\n'))
            """);
        Assert.True(findings.GetArrayLength() == 0, string.Join('\n', findings.EnumerateArray().Select(finding => finding.GetString())));
    }
}
