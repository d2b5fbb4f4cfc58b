using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

public abstract partial class PythonSessionConformance
{
    [Fact]
    public async Task The_last_expression_is_the_result()
    {
        await using var session = await CreateAsync();
        Assert.Equal("2", (await session.RunAsync("x = 1\nx + 1")).Result.PlainText);
    }

    [Theory]
    [InlineData("x = 1")]
    [InlineData("1;")]
    [InlineData("None")]
    [InlineData("")]
    [InlineData("   \n ")]
    [InlineData("# nothing")]
    public async Task A_cell_without_a_value_has_no_result(string code)
    {
        await using var session = await CreateAsync();
        Assert.Equal("ended Ok", (await session.RunAsync(code)).Order);
    }

    [Fact]
    public async Task Variables_imports_and_functions_are_there_in_the_next_cell()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("import math\nx = 20\ndef f(y):\n    return x + y");
        Assert.Equal("22.0", (await session.RunAsync("f(math.sqrt(4))")).Result.PlainText);
    }

    [Fact]
    public async Task Earlier_results_are_in_underscore_and_Out()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("41");
        Assert.Equal("42", (await session.RunAsync("_ + 1")).Result.PlainText);
        Assert.Equal("[41, 42]", (await session.RunAsync("list(Out.values())")).Result.PlainText);
    }

    [Fact]
    public async Task Top_level_await_works()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import asyncio\nasync def f():\n    await asyncio.sleep(0.001)\n    return 5\nawait f()");
        Assert.Equal("5", outcome.Result.PlainText);
    }

    [Fact]
    public async Task A_shell_command_streams_its_output_and_leaves_its_exit_code()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("!echo out; echo err >&2; exit 3");
        Assert.Equal(("out\n", "err\n"), (outcome.Stdout, outcome.Stderr));
        Assert.Equal("3", (await session.RunAsync("_exit_code")).Result.PlainText);
    }

    [Fact]
    public async Task A_shell_commands_output_can_be_assigned_and_captured()
    {
        await using var session = await CreateAsync();
        Assert.Equal("['a', 'b']", (await session.RunAsync("lines = !printf 'a\\nb\\n'\nlist(lines)")).Result.PlainText);
        await session.RunAsync("%%capture taken\nprint('p')\n!echo q");
        Assert.Equal(@"'p\nq\n'", (await session.RunAsync("taken.stdout")).Result.PlainText);
    }

    [Fact]
    public async Task Magics_and_cell_magics_work()
    {
        await using var session = await CreateAsync();
        Assert.Contains("per loop", (await session.RunAsync("%timeit -n 2 -r 1 1 + 1")).Stdout, StringComparison.Ordinal);
        Assert.Equal("3\n", (await session.RunAsync("%%bash\necho $((1 + 2))")).Stdout);
        await session.RunAsync("%%writefile note.txt\nhello");
        Assert.Equal("'hello\\n'", (await session.RunAsync("open('note.txt').read()")).Result.PlainText);
    }

    [Theory]
    [InlineData("%%bash\necho $0 $1; exit 3", "out bash|error CalledProcessError|ended Raised")]
    [InlineData("%%bash -s one\necho $0 $1; echo err >&2", "out bash one|err err|ended Ok")]
    [InlineData("%%sh\necho $0", "out sh|ended Ok")]
    [InlineData("%%bash\nexit 0\n%%capture x", "ended Ok")]
    public async Task A_cell_of_shell_commands_streams_its_output_and_fails_with_its_last_command(string code, string order)
    {
        await using var session = await CreateAsync();
        Assert.Equal(order, (await session.RunAsync(code)).Order);
        Assert.Equal("1", (await session.RunAsync("import threading; threading.active_count()")).Result.PlainText);
    }

    [Fact]
    public async Task Help_is_printed()
    {
        await using var session = await CreateAsync();
        Assert.Contains("Return the number of items", (await session.RunAsync("len?")).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_frame_comes_as_text_and_as_html()
    {
        await using var session = await CreateAsync();
        var frame = (await session.RunAsync("import pandas as pd\npd.DataFrame({'price': [1.5, 2.5]})")).Result;
        Assert.Contains("price", frame.PlainText, StringComparison.Ordinal);
        Assert.Contains("<table", frame.Data["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Display_shows_on_the_way_and_the_result_comes_after()
    {
        await using var session = await CreateAsync();
        Assert.Equal("out a|display 1|out b|result 2|ended Ok", (await session.RunAsync("print('a'); display(1); print('b')\n2")).Order);
    }

    [Fact]
    public async Task An_open_figure_becomes_a_png_at_the_end_of_the_cell_and_only_once()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn');");
        Assert.StartsWith("iVBORw0KGgo", Assert.Single(outcome.Displays).Data["image/png"], StringComparison.Ordinal);
        Assert.Empty((await session.RunAsync("print('next')")).Displays);
    }

    [Fact]
    public async Task Show_displays_a_figure_at_that_point()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nprint('after')");
        Assert.Equal("display <Figure size 640x480 with 1 Axes>|out after|ended Ok", outcome.Order);
    }

    [Fact]
    public async Task A_figure_as_result_is_a_png()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nfig");
        Assert.StartsWith("iVBORw0KGgo", outcome.Result.Data["image/png"], StringComparison.Ordinal);
        Assert.Empty(outcome.Displays);
    }

    [Fact]
    public async Task A_picture_comes_as_png()
    {
        await using var session = await CreateAsync();
        var picture = (await session.RunAsync("from PIL import Image\nImage.new('RGB', (2, 2))")).Result;
        Assert.StartsWith("iVBORw0KGgo", picture.Data["image/png"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_of_cells_can_be_pickled()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import pickle\nclass P:\n    def __init__(self, a): self.a = a\npickle.loads(pickle.dumps(P(7))).a");
        Assert.Equal("7", outcome.Result.PlainText);
        Assert.Equal("'__main__'", (await session.RunAsync("__name__")).Result.PlainText);
    }

    [Fact]
    public async Task Sessions_share_neither_variables_nor_random_numbers()
    {
        await using var one = await CreateAsync();
        await using var two = await CreateAsync();
        const string Draw = "import random, numpy as np\n(random.random(), np.random.rand())";
        Assert.NotEqual((await one.RunAsync(Draw)).Result.PlainText, (await two.RunAsync(Draw)).Result.PlainText);
        await one.RunAsync("mine = 1");
        Assert.Equal("NameError", (await two.RunAsync("mine")).Error.Name);
    }

    [Fact]
    public async Task Input_says_that_nobody_is_there()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("input('name? ')");
        Assert.Equal("EOFError", outcome.Error.Name);
        Assert.Contains("nobody", outcome.Error.Message, StringComparison.Ordinal);
        Assert.Equal("''", (await session.RunAsync("import sys; sys.stdin.read()")).Result.PlainText);
    }

    [Fact]
    public async Task Variables_are_set_by_way_of_json()
    {
        await using var session = await CreateAsync();
        var value = JsonNode.Parse("""{"text":"naïve ☂ \u0000 \"","list":[1,2.5,null,true]}""");
        await session.SetVariableAsync("given", value, TestContext.Current.CancellationToken);
        await session.SetVariableAsync("nothing", null, TestContext.Current.CancellationToken);
        var outcome = await session.RunAsync("print(given['text'] == 'naïve ☂ \\0 \"', given['list'], nothing)");
        Assert.Equal("True [1, 2.5, None, True] None\n", outcome.Stdout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("a b")]
    [InlineData("a.b")]
    public async Task A_name_that_is_no_variable_is_refused(string name)
    {
        await using var session = await CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(
            () => session.SetVariableAsync(name, 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cells_that_are_asked_for_at_once_run_one_after_the_other()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("n = 0");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.RunAsync("n += 1\nn")));
        Assert.Equal(Enumerable.Range(1, 20), outcomes.Select(outcome => int.Parse(outcome.Result.PlainText)).Order());
    }

    [Fact]
    public async Task A_silent_cell_shows_no_result_and_is_not_in_the_history()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("41");
        var silent = await session.OutcomeAsync(new Cell("x = 1; print('seen'); 7") { Silent = true });
        Assert.Equal("seen\n", silent.Stdout);
        Assert.Empty(silent.Events.OfType<ExecuteResult>());
        Assert.Equal(2, await session.AskAsync(new NumberQuestion(), TestContext.Current.CancellationToken));
        Assert.Equal("(1, 41, {1: 41})", (await session.RunAsync("x, _, dict(Out)")).Result.PlainText);
    }

    [Fact]
    public async Task The_interpreter_helps_to_write_code_and_shows_no_trace_of_it()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var session = await CreateAsync();
        await session.RunAsync("price_of_tea = 3\ndef brew(leaves):\n    return leaves");
        var completions = await session.AskAsync(new CompletionQuestion("é = price_of", 12), stop);
        Assert.Equal(("price_of_tea", 4, 12), (completions.Matches[0], completions.Start, completions.End));
        var known = await session.AskAsync(new InspectionQuestion("brew(", 5, Detailed: true), stop);
        Assert.Contains("return leaves", known.PlainText, StringComparison.Ordinal);
        Assert.Empty((await session.AskAsync(new InspectionQuestion("nothing_has_this_name", 3, Detailed: false), stop)).Data);
        Assert.Equal(new Completeness("incomplete", "    "), await session.AskAsync(new CompletenessQuestion("for x in y:"), stop));
        Assert.Equal(new Completeness("complete", ""), await session.AskAsync(new CompletenessQuestion("x = 1"), stop));
        var values = await session.AskAsync(
            new EvaluationQuestion(new Dictionary<string, string> { ["good"] = "price_of_tea * 2", ["bad"] = "1 / 0" }), stop);
        Assert.Equal(("6", "ZeroDivisionError"), (values["good"].Value?.PlainText, values["bad"].Error?.Name));
        Assert.Equal(["brew", "price_of_tea"], (await session.VariablesAsync(stop)).Select(variable => variable.Name).Order());
        Assert.Equal(2, await session.AskAsync(new NumberQuestion(), stop));
    }

    [Fact]
    public async Task A_question_that_would_take_for_ever_is_answered_with_nothing_and_variables_are_kept()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("class Endless:\n    def __repr__(self):\n        while True: pass\nx = Endless()");
        var values = await session.AskAsync(
            new EvaluationQuestion(new Dictionary<string, string> { ["x"] = "x" }), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(values.Values, value => value.Value is not null);
        Assert.Equal("'Endless'", (await session.RunAsync("type(x).__name__")).Result.PlainText);
    }

    [Fact]
    public async Task The_interpreter_says_which_variables_there_are()
    {
        await using var session = await CreateAsync();
        Assert.Empty(await session.VariablesAsync(TestContext.Current.CancellationToken));
        await session.SetVariableAsync("task", "text", TestContext.Current.CancellationToken);
        await session.RunAsync(
            """
            import math
            class Evil(list):
                def __len__(self): 1 / 0
                def __repr__(self): 1 / 0
            evil, _hidden, x, names = Evil(), 1, 2.5, ['a', 'b']
            def double(y): return 2 * y
            """);
        var variables = await session.VariablesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            "task str 4|Evil type |evil Evil |x float |names list 2|double function ",
            string.Join('|', variables.Select(variable => $"{variable.Name} {variable.Type} {variable.Shape}")));
        Assert.Equal(24, variables.Single(variable => variable.Name == "x").Bytes);
        await session.RunAsync("import os; os._exit(3)");
        Assert.DoesNotContain(
            await session.VariablesAsync(TestContext.Current.CancellationToken), variable => variable.Name == "nothing");
        Assert.Equal("result 2|ended Ok", (await session.RunAsync("1 + 1")).Order[^17..]);
    }
}
