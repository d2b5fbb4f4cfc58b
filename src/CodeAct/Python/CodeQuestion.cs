using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CodeAct.Python;

/// <summary>A question of somebody who writes code, for the interpreter to answer from what it has. It leaves no trace there.</summary>
/// <typeparam name="TAnswer">The answer.</typeparam>
/// <remarks>Positions count code points, as Python does, not the <c>char</c>s of .NET.</remarks>
public abstract record CodeQuestion<TAnswer>
{
    private protected CodeQuestion()
    {
    }

    /// <summary>The answer of an interpreter that does not answer.</summary>
    internal abstract TAnswer None { get; }

    internal abstract CodeQuestionWire Wire { get; }

    internal abstract JsonTypeInfo<TAnswer> AnswerType { get; }
}

/// <summary>What could stand at the cursor.</summary>
/// <param name="Code">The code as far as it is written.</param>
/// <param name="Cursor">Where the cursor is in it, from 0.</param>
public sealed record CompletionQuestion(string Code, int Cursor) : CodeQuestion<Completions>
{
    internal override Completions None => new([], Cursor, Cursor);

    internal override CodeQuestionWire Wire => new("complete") { Code = Code, Cursor = Cursor };

    internal override JsonTypeInfo<Completions> AnswerType => CodeQuestionJson.Default.Completions;
}

/// <summary>Texts that could stand in place of what is there from <paramref name="Start"/> to <paramref name="End"/>.</summary>
/// <param name="Matches">The texts.</param>
/// <param name="Start">Where that begins.</param>
/// <param name="End">Where it is over.</param>
public sealed record Completions(IReadOnlyList<string> Matches, int Start, int End);

/// <summary>What is known of the thing that is named at the cursor: its type, signature and documentation, as text.</summary>
/// <param name="Code">The code as far as it is written.</param>
/// <param name="Cursor">Where the cursor is in it, from 0.</param>
/// <param name="Detailed">With its source, where there is one.</param>
public sealed record InspectionQuestion(string Code, int Cursor, bool Detailed) : CodeQuestion<MimeBundle>
{
    internal override MimeBundle None => new(new Dictionary<string, string>()); // as of a name that nothing has

    internal override CodeQuestionWire Wire => new("inspect") { Code = Code, Cursor = Cursor, Detailed = Detailed };

    internal override JsonTypeInfo<MimeBundle> AnswerType => CodeQuestionJson.Default.MimeBundle;
}

/// <summary>Whether code can be run, or somebody who types it line by line is in the middle of something.</summary>
/// <param name="Code">The code as far as it is written.</param>
public sealed record CompletenessQuestion(string Code) : CodeQuestion<Completeness>
{
    internal override Completeness None => new("unknown", "");

    internal override CodeQuestionWire Wire => new("check") { Code = Code };

    internal override JsonTypeInfo<Completeness> AnswerType => CodeQuestionJson.Default.Completeness;
}

/// <summary>Whether code can be run.</summary>
/// <param name="Status"><c>complete</c>, <c>incomplete</c>, <c>invalid</c> or <c>unknown</c>.</param>
/// <param name="Indent">What the next line begins with when it is incomplete.</param>
public sealed record Completeness(string Status, string Indent);

/// <summary>The values of expressions.</summary>
/// <param name="Expressions">They, each with a name of the asker's.</param>
public sealed record EvaluationQuestion(IReadOnlyDictionary<string, string> Expressions)
    : CodeQuestion<IReadOnlyDictionary<string, Evaluated>>
{
    internal override IReadOnlyDictionary<string, Evaluated> None => new Dictionary<string, Evaluated>();

    internal override CodeQuestionWire Wire => new("evaluate") { Expressions = Expressions };

    internal override JsonTypeInfo<IReadOnlyDictionary<string, Evaluated>> AnswerType =>
        CodeQuestionJson.Default.IReadOnlyDictionaryStringEvaluated;
}

/// <summary>The value of an expression, or what it raised.</summary>
/// <param name="Value">The value; null when it raised.</param>
/// <param name="Error">What it raised; null when it did not.</param>
public sealed record Evaluated(MimeBundle? Value, PythonError? Error);

/// <summary>The number that the next cell has in <c>In</c> and <c>Out</c>, from 1; 0 of an interpreter that does not answer.</summary>
public sealed record NumberQuestion : CodeQuestion<int>
{
    internal override int None => 0;

    internal override CodeQuestionWire Wire => new("number");

    internal override JsonTypeInfo<int> AnswerType => CodeQuestionJson.Default.Int32;
}

/// <summary>A question as the worker gets it.</summary>
internal sealed record CodeQuestionWire(string Ask)
{
    public string? Code { get; init; }

    public int Cursor { get; init; }

    public bool Detailed { get; init; }

    public IReadOnlyDictionary<string, string>? Expressions { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CodeQuestionJson.Default.CodeQuestionWire);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CodeQuestionWire))]
[JsonSerializable(typeof(Completions))]
[JsonSerializable(typeof(MimeBundle))]
[JsonSerializable(typeof(Completeness))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, Evaluated>))]
[JsonSerializable(typeof(int))]
internal sealed partial class CodeQuestionJson : JsonSerializerContext;
