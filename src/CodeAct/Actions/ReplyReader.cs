using System.Net;
using System.Text;

namespace CodeAct.Actions;

/// <summary>Finds the first action of a reply, or its answer, while the reply streams in.</summary>
/// <remarks>
/// <para>One reader reads one reply. Each character is looked at once, so the reading does not depend on how the reply is cut
/// into pieces. Whatever follows the first action is dropped: whoever streams stops when <see cref="Feed"/> returns true.</para>
/// <para>A mark is plain text in inline code, in a quoted line (<c>&gt;</c>), in a line indented by four spaces or a tab, and in
/// a fenced block of another language. Inline code ends with its line. Between think tags only a mark at the beginning of a line
/// counts, between quotation marks none. A closing mark in a string of the action's code does not end the action, unless that
/// string never ends.</para>
/// </remarks>
internal sealed partial class ReplyReader(ActionSyntax syntax)
{
    private const int LongestTag = 64; // characters, attributes included

    private readonly StringBuilder _text = new();
    private Where _where = Where.LineStart;
    private int _lineStart;
    private int _indent;
    private int _angle = -1;   // the last '<' of the line, where a tag may begin
    private char _fence;
    private int _fenceLength;
    private int _run;          // fence characters in a row that end here; in a block, -1 when this line cannot close it
    private int _spaces;       // before a run in a block
    private int _inlineLength; // of the run that opened the inline code we are in; 0 while that run goes on
    private int _thoughtEnd;
    private int _actionStart;
    private int _actionEnd;
    private int _told;         // characters of the thought that were given away
    private Mark? _mark;       // around the action we are in; null for a fence or bare JSON
    private Balance? _bare;    // of the bare JSON we are in
    private bool _hadBare;     // that was none: there is no other in this reply
    private bool _isUnsure;    // whether the fence we are in holds an action
    private bool _isThinking;  // between think tags
    private Strings? _strings; // of the action we are in; null where its language has none
    private (int Action, int Turn)? _passed; // where the first closing mark ends both that stands in a string which is still open

    private enum Where
    {
        LineStart,
        FenceRun,
        FenceInfo,
        Text,
        InlineCode,
        QuotedLine,
        OtherFence,
        Action,
        AfterAction,
    }

    /// <summary>True once the first action is complete.</summary>
    public bool Found => _where == Where.AfterAction;

    /// <summary>True while what streams in is an action.</summary>
    public bool InAction => _where == Where.Action && _mark is not { IsAnswer: true };

    /// <summary>Where in <see cref="Turn"/> the action begins; null while there is none.</summary>
    public int? ActionAt => InAction || (Found && _mark is not { IsAnswer: true }) ? _thoughtEnd : null;

    /// <summary>The text so far that is certainly no part of an action: safe to show while the reply streams in.</summary>
    public string Thought => _text.ToString(0, ThoughtEnd);

    /// <summary>The reply as the history keeps it: up to the end of its action, a swallowed closing mark put back.</summary>
    /// <remarks>Good after <see cref="Complete"/>.</remarks>
    public string Turn => (_where, _mark) switch
    {
        (Where.Action, { Close: null }) => _text.ToString(),
        (Where.AfterAction, { Close: { } close }) when _text.Length == _actionEnd => Closed(_text.ToString(), close),
        (Where.Action, { Close: { } close }) => Closed(_text.ToString(0, WithoutPartOfClose()), close),
        (Where.Action, null) when _bare is null => _text + (_text[^1] == '\n' ? "" : "\n") + new string(_fence, _fenceLength),
        _ => _text.ToString(),
    };

    private int ThoughtEnd => _where switch
    {
        Where.Action or Where.AfterAction => _thoughtEnd,
        Where.LineStart or Where.FenceRun or Where.FenceInfo => _lineStart,
        Where.Text => _text.Length - LongestOpeningAtEnd(),
        _ => _text.Length,
    };

    /// <summary>Takes the next piece of the reply.</summary>
    /// <returns>True when the first action is complete: the rest of the reply is of no interest.</returns>
    public bool Feed(string piece)
    {
        foreach (var character in piece)
        {
            if (Found)
            {
                break;
            }

            Take(character);
        }

        return Found;
    }

    /// <summary>What of <see cref="Thought"/> is new since the last call.</summary>
    public string TakeThought()
    {
        var end = ThoughtEnd;
        var piece = end > _told ? _text.ToString(_told, end - _told) : "";
        _told = Math.Max(_told, end);
        return piece;
    }

    /// <summary>Says what the reply was, once no more of it will come.</summary>
    public Reply Complete(ReplyFinish finish)
    {
        if (_where is Where.Action && _bare is not null && !IsAction(_text.Length))
        {
            ReadBareAgainAsText();
        }

        if (_where is Where.FenceInfo or Where.FenceRun)
        {
            EndFenceInfo(_text.Length);
        }

        if (_where is Where.Action && _passed is { } passed)
        {
            End(passed.Action, passed.Turn); // the string never ended, so the mark was one
        }

        if (_where is Where.Action && _isUnsure && !IsAction(_text.Length))
        {
            (_where, _isUnsure) = (Where.Text, false);
        }

        if (_where is Where.Action && finish is ReplyFinish.TokenLimit)
        {
            return new Unreadable(_mark is { IsAnswer: true }
                ? "Your reply was cut off at the token limit. Write a shorter one."
                : syntax.WhenCutOff);
        }

        return _where is Where.Action or Where.AfterAction ? ReadAction() : ReadAnswer(finish);
    }

    private Reply ReadAction()
    {
        var body = Body(_where is Where.AfterAction ? _actionEnd : WithoutPartOfClose(), isClosed: _where is Where.AfterAction);
        if (_mark is not { IsAnswer: true })
        {
            return syntax.Read(_text.ToString(0, _thoughtEnd).Trim(), body);
        }

        return body.Trim() is { Length: > 0 } answer ? new Answer(answer) : new Unreadable($"Your answer was empty. {syntax.WhatToDo}");
    }

    private Reply ReadAnswer(ReplyFinish finish) => (WithoutThinking(_text.ToString().Trim()), finish) switch
    {
        ("", _) => new Unreadable($"Your reply was empty. {syntax.WhatToDo}"),
        (_, ReplyFinish.TokenLimit) => new Unreadable("Your reply was cut off at the token limit. Write a shorter one."),
        _ when syntax.NeedsMark => new Unreadable($"Your reply was neither an action nor an answer. {syntax.WhatToDo}"),
        (var text, _) => new Answer(text),
    };

    private bool IsAction(int end) => syntax.IsCall(Body(end, isClosed: false));

    private string Body(int end, bool isClosed)
    {
        var body = _text.ToString(_actionStart, end - _actionStart);
        body = _mark is { IsEscaped: true } ? WebUtility.HtmlDecode(body) : body;
        body = _mark is null && _bare is null && _indent > 0 ? CodeText.Outdented(body, _indent) : body;
        return _mark is { IsAnswer: true } || (_mark is null && isClosed) ? body : CodeText.WithoutStrayEnd(body);
    }

    // Bare JSON that never ended may have been prose: then marks in it count after all.
    private void ReadBareAgainAsText()
    {
        var rest = _text.ToString(_actionStart, _text.Length - _actionStart);
        _text.Length = _actionStart;
        (_where, _bare, _hadBare) = (Where.Text, null, true);
        foreach (var character in rest)
        {
            if (Found)
            {
                break;
            }

            Take(character);
        }
    }

    private static string WithoutThinking(string text)
    {
        var end = text.StartsWith("<think", StringComparison.Ordinal) ? text.LastIndexOf("</think", StringComparison.Ordinal) : -1;
        return end < 0 ? text : text[(text.IndexOf('>', end) + 1)..].TrimStart();
    }

    private bool EndsWith(string text, StringComparison comparison = StringComparison.Ordinal)
    {
        var start = _text.Length - text.Length;
        if (start < 0)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            var (one, other) = (_text[start + i], text[i]);
            var isSame = comparison is StringComparison.Ordinal ? one == other : char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
            if (!isSame)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where the mark begins that ends here; -1 when it does not.</summary>
    private int StartOf(string mark)
    {
        if (mark[0] != '<')
        {
            var comparison = mark[0] == '&' ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            return EndsWith(mark, comparison) ? _text.Length - mark.Length : -1;
        }

        return _angle >= 0 && _text.Length - _angle <= LongestTag && IsTag(mark[1..^1], isWhole: true) ? _angle : -1;
    }

    // Tags may have spaces and attributes, and letters of either case.
    private bool IsTag(string name, bool isWhole)
    {
        var at = _angle + 1;
        while (at < _text.Length && _text[at] == ' ')
        {
            at++;
        }

        for (var i = 0; i < name.Length; i++, at++)
        {
            if (at == _text.Length)
            {
                return !isWhole;
            }

            if (char.ToLowerInvariant(_text[at]) != name[i])
            {
                return false;
            }

            while (name[i] == '/' && at + 1 < _text.Length && _text[at + 1] == ' ')
            {
                at++;
            }
        }

        return at == _text.Length || _text[at] is '>' or ' ' or '\t';
    }

    /// <summary>How much of the end of the text may be the beginning of a mark.</summary>
    private int LongestOpeningAtEnd()
    {
        var longest = _angle >= 0 && _text.Length - _angle < LongestTag && _text[^1] != '>'
            && syntax.Marks.Any(mark => mark.Open[0] == '<' && IsTag(mark.Open[1..^1], isWhole: false))
            ? _text.Length - _angle
            : 0;
        foreach (var mark in syntax.Marks.Where(mark => mark.Open[0] != '<'))
        {
            for (var length = Math.Min(mark.Open.Length - 1, _text.Length); length > longest; length--)
            {
                if (EndsWith(mark.Open[..length], StringComparison.OrdinalIgnoreCase))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }

    // A provider that cuts at a stop sequence by tokens may leave the beginning of the mark in the text.
    private int WithoutPartOfClose()
    {
        var close = _mark?.Close ?? "";
        var least = close.StartsWith('<') ? 2 : 4;
        for (var length = close.Length - 1; length >= least; length--)
        {
            if (EndsWith(close[..length]) && (least == 2 || _text.Length == length || char.IsWhiteSpace(_text[^(length + 1)])))
            {
                return Math.Max(_actionStart, _text.Length - length);
            }
        }

        return _text.Length;
    }

    private static string Closed(string text, string close) =>
        close.StartsWith('<') || close.StartsWith('&') || text is [.., ' ' or '\n'] ? text + close : $"{text.TrimEnd()}\n{close}";
}
