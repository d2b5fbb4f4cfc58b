using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

public abstract partial class PythonSessionConformance
{
    [Fact]
    public async Task A_traceback_has_the_users_frames_only_and_ends_with_name_and_message()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("def ratio(a, b):\n    return a / b");
        var outcome = await session.RunAsync("x = 1\nratio(x, 0)");
        Assert.Equal(CellStatus.Raised, outcome.Status);
        Assert.Equal(
            Code(
                "Traceback (most recent call last):",
                "  File \"<cell 2>\", line 2, in <module>",
                "    ratio(x, 0)",
                "  File \"<cell 1>\", line 2, in ratio",
                "    return a / b",
                "           ~~^~~",
                "ZeroDivisionError: division by zero"),
            outcome.Error.Traceback);
    }

    [Fact]
    public async Task An_error_inside_a_library_shows_the_line_that_called_it()
    {
        await using var session = await CreateAsync();
        var error = (await session.RunAsync("import pandas as pd\npd.DataFrame({'Price': [1]})['price']")).Error;
        Assert.Equal(("KeyError", "'price'"), (error.Name, error.Message));
        Assert.Contains("line 2, in <module>", error.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("site-packages", error.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("dist-packages", error.Traceback, StringComparison.Ordinal);
        Assert.EndsWith("\nKeyError: 'price'", error.Traceback, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("if", "SyntaxError", "invalid syntax")]
    [InlineData("x = (1,", "SyntaxError", "'(' was never closed")]
    [InlineData("def f():\nreturn 1", "IndentationError", "expected an indented block after function definition on line 1")]
    [InlineData("print 'a'", "SyntaxError", "Missing parentheses in call to 'print'. Did you mean print(...)?")]
    [InlineData("return 1", "SyntaxError", "'return' outside function")]
    public async Task A_syntax_error_shows_the_line_and_nothing_of_the_machinery(string code, string name, string message)
    {
        await using var session = await CreateAsync();
        var error = (await session.RunAsync(code)).Error;
        Assert.Equal((name, message), (error.Name, error.Message));
        Assert.Contains("File \"<cell 1>\", line ", error.Traceback, StringComparison.Ordinal);
        Assert.EndsWith($"\n{name}: {message}", error.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("IPython", error.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_of_the_users_exceptions_is_shown()
    {
        await using var session = await CreateAsync();
        var error = (await session.RunAsync("try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('bad') from e")).Error;
        Assert.Equal("ValueError", error.Name);
        Assert.Contains("ZeroDivisionError: division by zero", error.Traceback, StringComparison.Ordinal);
        Assert.EndsWith("\nValueError: bad", error.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_before_the_error_comes_before_it_and_what_was_set_is_kept()
    {
        await using var session = await CreateAsync();
        Assert.Equal("out a|error ZeroDivisionError|ended Raised", (await session.RunAsync("x = 5; print('a')\n1/0\nprint('b')")).Order);
        Assert.Equal("5", (await session.RunAsync("x")).Result.PlainText);
    }

    [Fact]
    public async Task A_repr_that_raises_is_the_error_of_its_cell()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("class A:\n    def __repr__(self): return 1 / 0\nA()");
        Assert.Equal("error ZeroDivisionError|ended Raised", outcome.Order);
        Assert.Equal("2", (await session.RunAsync("1 + 1")).Result.PlainText);
    }

    [Fact]
    public async Task An_html_repr_that_raises_leaves_the_text()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(
            "class A:\n    def __repr__(self): return 'plain'\n    def _repr_html_(self): return 1 / 0\nA()");
        Assert.Equal("result plain|ended Ok", outcome.Order);
    }

    [Fact]
    public async Task A_str_that_raises_is_still_an_error_with_a_name()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("class E(Exception):\n    def __str__(self): return 1 / 0\nraise E()");
        Assert.Equal(("E", CellStatus.Raised), (outcome.Error.Name, outcome.Status));
    }

    [Theory]
    [InlineData("exit()")]
    [InlineData("quit()")]
    [InlineData("import sys; sys.exit(3)")]
    [InlineData("raise SystemExit")]
    public async Task Exit_ends_the_cell_and_not_the_session(string code)
    {
        await using var session = await CreateAsync();
        await session.RunAsync("x = 1");
        Assert.Equal("error SystemExit|ended Raised", (await session.RunAsync(code)).Order);
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Theory]
    [InlineData("%nosuchmagic")]
    [InlineData("%%nosuchmagic\nx")]
    public async Task An_unknown_magic_is_an_error_without_internals(string code)
    {
        await using var session = await CreateAsync();
        var error = (await session.RunAsync(code)).Error;
        Assert.Equal("UsageError", error.Name);
        Assert.DoesNotContain("Traceback", error.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_recursion_is_an_error_of_moderate_length()
    {
        await using var session = await CreateAsync();
        var error = (await session.RunAsync("def f(): return f()\nf()")).Error;
        Assert.Equal("RecursionError", error.Name);
        Assert.True(error.Traceback.Length < 2000, error.Traceback);
    }

    [Fact]
    public async Task A_failing_cell_says_nothing_in_colour()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import json\njson.loads('{')");
        Assert.Equal("JSONDecodeError", outcome.Error.Name);
        Assert.DoesNotContain('\u001b', outcome.Error.Traceback);
    }

    [Fact]
    public async Task Errors_of_two_thousand_characters_and_more_keep_their_message()
    {
        await using var session = await CreateAsync();
        Assert.Equal(3000, (await session.RunAsync("raise ValueError('x' * 3000)")).Error.Message.Length);
    }
}
