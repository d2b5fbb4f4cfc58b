using System.Text;

namespace CodeAct.Agents;

/// <summary>Instructions for an agent that lie in files: an <c>AGENTS.md</c>, and folders of skills, each with a <c>SKILL.md</c>.</summary>
public static class Skills
{
    private const string Skill = "SKILL.md";
    private const string Agents = "AGENTS.md";

    /// <summary>What the model is told: an <c>AGENTS.md</c> whole; of each skill its name, its description and where to read on.</summary>
    /// <param name="path">An <c>AGENTS.md</c>, or a folder that has one, that is a skill, or that has folders which are skills.</param>
    /// <param name="pathInSession">Where cells find the folder.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">There is neither, or a skill does not say its name and what it is for.</exception>
    public static string Read(string path, string pathInSession)
    {
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Trim();
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no folder of skills '{path}', nor an {Agents} of that name.", path);
        }

        var skills = Directory.GetFiles(path, Skill, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Order(StringComparer.Ordinal)
            .Select(file => Line(file, $"{pathInSession}/{Path.GetRelativePath(path, file)}"))
            .ToList();
        var common = Path.Combine(path, Agents);
        if (skills.Count == 0 && !File.Exists(common))
        {
            throw new FormatException($"'{path}' has no {Agents}, and no folder in it has a {Skill}.");
        }

        var told = new StringBuilder(File.Exists(common) ? File.ReadAllText(common).Trim() : "");
        if (skills.Count > 0)
        {
            told.Append(told.Length > 0 ? "\n\n" : "").Append(Prompts.Skills).Append('\n').AppendJoin('\n', skills);
        }

        return told.ToString();
    }

    private static string Line(string file, string pathInSession)
    {
        var head = Head(file);
        return head.TryGetValue("name", out var name) && head.TryGetValue("description", out var description)
            ? $"- {name} ({pathInSession}): {description}"
            : throw new FormatException($"{file} must begin with a head of 'name:' and 'description:' between two lines of '---'.");
    }

    // The part of YAML that such heads are written in: a key and a text, which may go on in indented lines.
    private static Dictionary<string, string> Head(string file)
    {
        var head = new Dictionary<string, string>(StringComparer.Ordinal);
        var key = "";
        foreach (var line in File.ReadLines(file).Skip(1).TakeWhile(line => line.Trim() != "---"))
        {
            var colon = line.IndexOf(':');
            if (colon > 0 && !char.IsWhiteSpace(line[0]))
            {
                key = line[..colon].Trim();
                head[key] = line[(colon + 1)..].Trim().TrimStart('>', '|').Trim('"', '\'');
            }
            else if (head.TryGetValue(key, out var value))
            {
                head[key] = $"{value} {line.Trim()}".Trim();
            }
        }

        return head;
    }
}
