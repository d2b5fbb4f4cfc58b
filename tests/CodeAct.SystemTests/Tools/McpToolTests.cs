using CodeAct.Python;
using CodeAct.SystemTests.Python;
using ModelContextProtocol.Client;

namespace CodeAct.SystemTests.Tools;

/// <summary>The tools of a real server, by the official client.</summary>
public sealed class McpToolTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    [Fact]
    public async Task Tools_of_a_server_are_functions()
    {
        await using var client = await McpClient.CreateAsync(
            new StdioClientTransport(new StdioClientTransportOptions
            {
                Command = "/usr/bin/python3",
                Arguments = [Path.Combine(AppContext.BaseDirectory, "Tools", "mcp_server.py")],
            }),
            cancellationToken: TestContext.Current.CancellationToken);
        await using var session = await local.Engine.CreateAsync(await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken));

        var outcome = await session.RunAsync(
            "print(tools)",
            "print(weather_today('Rome'), weather_today('Oslo', unit='F')['unit'], say('hello'), picture())",
            "try: fail()",
            "except ToolError as error: print(error, '|', error.tool)",
            "try: weather_today('Rome', 'K')",
            "except TypeError as error: print(error)");

        Assert.Equal("", outcome.Stderr);
        Assert.Equal(
            """
            weather_today(city: str, unit: Literal['C', 'F'] = 'C') -> dict
                The weather in a city.
            say(what: str = None)
                Says it.
            fail()
            picture()
            {'degrees': 21.5, 'unit': 'C'} F hello b'\x89PNG'
            fail: the sensor is broken | fail
            weather_today(city: str, unit: Literal['C', 'F'] = 'C') -> dict: unit must be one of ['C', 'F'], not 'K'

            """,
            outcome.Stdout);
        Assert.Equal(CellStatus.Ok, outcome.Status);
    }
}
