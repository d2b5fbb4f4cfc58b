namespace CodeAct.Agents;

/// <summary>What a checker says of an answer.</summary>
/// <param name="IsRight">The run ends with it.</param>
/// <param name="Feedback">What the model is told of a wrong one; <see cref="Prompts.WrongAnswer"/> unless told.</param>
public sealed record AnswerCheck(bool IsRight, string? Feedback = null);
