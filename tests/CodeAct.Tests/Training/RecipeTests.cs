using CodeAct.Training;

namespace CodeAct.Tests.Training;

public sealed class RecipeTests
{
    private static readonly Recipe _recipe = new()
    {
        Model = new LlamaShape(Vocabulary: 512, Width: 64, Layers: 2, Heads: 2, KeyHeads: 2, Inner: 128, Context: 256),
        Steps = 1000,
        LearningRate = 1e-3,
        FinalRate = 0.1,
        WarmUp = 0.1,
        CopyAtStart = 0.6,
        CopyAtEnd = 0.2,
        CopyDecay = 0.5,
    };

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.05, 0.5e-3)]
    [InlineData(0.1, 1e-3)]
    [InlineData(0.55, 0.55e-3)]
    [InlineData(1, 0.1e-3)]
    [InlineData(1.2, 0.1e-3)]
    public void The_rate_rises_in_a_line_falls_in_a_cosine_and_stays(double progress, double rate) =>
        Assert.Equal(rate, Schedule.LearningRate(_recipe, progress), tolerance: 1e-9);

    [Theory]
    [InlineData(0, 0.6)]
    [InlineData(0.25, 0.4)]
    [InlineData(0.5, 0.2)]
    [InlineData(1, 0.2)]
    public void Copying_gives_way_to_the_tasks(double progress, double share) =>
        Assert.Equal(share, Schedule.CopyShare(_recipe, progress), tolerance: 1e-9);

    [Fact]
    public void The_steps_that_copy_are_as_many_as_the_share_says()
    {
        var copies = Enumerable.Range(0, 2000).Count(step => Draws.Of(1, step).NextDouble() < 0.4);
        Assert.InRange(copies, 740, 860);
    }

    [Fact]
    public void Weights_are_counted_as_they_are_laid_out() =>
        Assert.Equal(512 * 64 + 2 * (192 * 64 + 64 * 64 + 256 * 64 + 64 * 128 + 2 * 64) + 64, _recipe.Model.WeightCount);

    [Fact]
    public void Every_recipe_of_the_repository_can_be_run()
    {
        var recipes = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "recipes"), "*.json");
        Assert.NotEmpty(recipes);
        Assert.All(recipes, path => Recipe.Load(path));
    }

    [Fact]
    public void What_cannot_work_is_said_before_the_first_step()
    {
        var model = _recipe.Model;
        Refused("width 64 must split into 3 heads", _recipe with { Model = model with { Heads = 3, KeyHeads = 3 } });
        Refused("2 heads must share 4 key heads", _recipe with { Model = model with { KeyHeads = 4 } });
        Refused("vocabulary below 32768", _recipe with { Model = model with { Vocabulary = 40_000 } });
        Refused("batchTokens 100 must hold one sequence of context 256", _recipe with { BatchTokens = 100 });
        Refused("exactly one of steps and minutes", _recipe with { Minutes = 5 });

        static void Refused(string rule, Recipe recipe) =>
            Assert.Contains(rule, Assert.Throws<InvalidDataException>(recipe.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_field_is_refused()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, """{ "model": {}, "steps": 1, "lerningRate": 1 }""");
        var refusal = Assert.Throws<InvalidDataException>(() => Recipe.Load(path));
        File.Delete(path);
        Assert.StartsWith(path + " is not a recipe", refusal.Message, StringComparison.Ordinal);
    }
}
