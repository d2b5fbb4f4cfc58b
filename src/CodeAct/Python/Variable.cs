namespace CodeAct.Python;

/// <summary>A variable of a session's interpreter, as the interpreter itself describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The name of its type, such as <c>DataFrame</c>.</param>
/// <param name="Shape">
/// What there is in it: <c>(3, 4) float64</c> of an array, <c>(100, 2): price float64, name object</c> of a data frame, the length of a
/// text or a collection; null for other types, and for a container that its own code describes.
/// </param>
/// <param name="Bytes">Its own memory, without that of the objects it refers to; null when it cannot say.</param>
public sealed record Variable(string Name, string Type, string? Shape, long? Bytes);
