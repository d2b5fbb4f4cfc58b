using System.Text;

namespace CodeAct.Actions;

/// <summary>
/// Finds the first code action of a reply while the reply streams in: <c>&lt;execute&gt;…&lt;/execute&gt;</c>, a fenced
/// <c>python</c> block, or <c>&lt;code&gt;…&lt;/code&gt;</c> at the start of a line.
/// </summary>
/// <remarks>
/// <para>One parser reads one reply. Each character is looked at once, so the reading does not depend on how the reply is cut
/// into pieces. Whatever follows the first action is dropped: whoever streams stops when <see cref="Feed"/> returns true.</para>
/// <para>A tag is plain text in inline code, in a quoted line (<c>&gt;</c>), in a line indented by four spaces or a tab, and in
/// a fenced block of another language. Inline code ends with its line.</para>
/// </remarks>
/// <param name="unlabelledFences">True when a fence that names no language holds Python too.</param>
public sealed class CodeActionParser(bool unlabelledFences = false)
{
    private const string ExecuteOpen = "<execute>";
    private const string ExecuteClose = "</execute>";
    private const string CodeOpen = "<code>";
    private const string CodeClose = "</code>";

    private const string WhatToDo = $"Put Python between {ExecuteOpen} and {ExecuteClose}, or answer without a block.";

    private readonly StringBuilder _text = new();
    private Where _where = Where.LineStart;
    private int _lineStart;
    private int _indent;
    private char _fence;
    private int _fenceLength;
    private int _run;          // fence characters in a row that end here; in a block, -1 when this line cannot close it
    private int _spaces;       // before a run in a block
    private int _inlineLength; // of the run that opened the inline code we are in; 0 while that run goes on
    private int _thoughtEnd;
    private int _codeStart;
    private int _codeEnd;
    private string? _close;    // what closes the code we are in: a tag, or null for a fence

    private enum Where
    {
        LineStart,
        FenceRun,
        FenceInfo,
        Text,
        InlineCode,
        QuotedLine,
        OtherFence,
        Code,
        AfterCode,
    }

    /// <summary>True once the first action is complete.</summary>
    public bool Found => _where == Where.AfterCode;

    /// <summary>True while what streams in is the code of an action.</summary>
    public bool InCode => _where == Where.Code;

    /// <summary>The text so far that is certainly no part of an action: safe to show while the reply streams in.</summary>
    public string Thought => _text.ToString(0, _where switch
    {
        Where.Code or Where.AfterCode => _thoughtEnd,
        Where.LineStart or Where.FenceRun or Where.FenceInfo => _lineStart,
        Where.Text => _text.Length - LongestOpeningAtEnd(),
        _ => _text.Length,
    });

    /// <summary>The reply as the history keeps it: up to the end of its action, a swallowed closing tag put back.</summary>
    public string Turn => _where switch
    {
        Where.Code => _text.ToString(0, WithoutPartOfClose()) + (_close ?? ClosingFence()),
        _ => _text.ToString(),
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

    /// <summary>Says what the reply was, once no more of it will come.</summary>
    public Reply Complete(ReplyFinish finish)
    {
        if (_where is Where.FenceInfo or Where.FenceRun)
        {
            EndFenceInfo(_text.Length);
        }

        if (_where is Where.Code && finish is ReplyFinish.TokenLimit)
        {
            return new Unreadable("Your code was cut off at the token limit and was not run. Write a shorter block.");
        }

        if (_where is Where.Code or Where.AfterCode)
        {
            var end = _where is Where.Code ? WithoutPartOfClose() : _codeEnd;
            var code = CodeText.Unwrap(_text.ToString(_codeStart, end - _codeStart), _close is null ? _indent : 0);
            return code.Length > 0
                ? new CodeAction(_text.ToString(0, _thoughtEnd).Trim(), code)
                : new Unreadable($"Your code block was empty. {WhatToDo}");
        }

        var text = _text.ToString().Trim();
        return (text, finish) switch
        {
            ("", _) => new Unreadable($"Your reply was empty. {WhatToDo}"),
            (_, ReplyFinish.TokenLimit) => new Unreadable("Your reply was cut off at the token limit. Write a shorter one."),
            _ => new Answer(text),
        };
    }

    private void Take(char character)
    {
        _text.Append(character);
        switch (_where)
        {
            case Where.LineStart:
                TakeAtLineStart(character);
                break;
            case Where.FenceRun:
                TakeInFenceRun(character);
                break;
            case Where.FenceInfo:
                TakeInFenceInfo(character);
                break;
            case Where.Text:
                TakeInText(character);
                break;
            case Where.InlineCode:
                TakeInInlineCode(character);
                break;
            case Where.QuotedLine:
                NewLineAfter(character);
                break;
            case Where.OtherFence or Where.Code:
                TakeInBlock(character);
                break;
        }
    }

    private void TakeAtLineStart(char character)
    {
        switch (character)
        {
            case ' ' when _indent < 3:
                _indent++;
                break;
            case ' ' or '\t' or '>':
                _where = Where.QuotedLine;
                break;
            case '`' or '~':
                (_where, _fence, _run) = (Where.FenceRun, character, 1);
                break;
            default:
                _where = Where.Text;
                TakeInText(character);
                break;
        }
    }

    private void TakeInFenceRun(char character)
    {
        if (character == _fence)
        {
            _run++;
        }
        else if (_run >= 3)
        {
            (_where, _fenceLength) = (Where.FenceInfo, _run);
            TakeInFenceInfo(character);
        }
        else if (_fence == '`')
        {
            (_where, _inlineLength, _run) = (Where.InlineCode, _run, 0);
            TakeInInlineCode(character);
        }
        else
        {
            _where = Where.Text;
            TakeInText(character);
        }
    }

    private void TakeInFenceInfo(char character)
    {
        if (character == '\n')
        {
            EndFenceInfo(_text.Length - 1);
        }
        else if (character == '`' && _fence == '`') // ```x``` on one line is inline code
        {
            (_where, _inlineLength, _run) = (Where.InlineCode, _fenceLength, 1);
        }
    }

    private void EndFenceInfo(int end)
    {
        if (_where is Where.FenceRun && _run < 3)
        {
            _where = Where.Text;
            return;
        }

        _fenceLength = _run;
        var start = _lineStart + _indent + _fenceLength;
        if (CodeText.IsPython(_text.ToString(start, end - start), unlabelledFences))
        {
            Open(tagLength: _text.Length - _lineStart, close: null);
        }
        else
        {
            _where = Where.OtherFence;
        }

        (_lineStart, _run, _spaces) = (_text.Length, 0, 0);
    }

    private void TakeInText(char character)
    {
        switch (character)
        {
            case '>' when EndsWith(ExecuteOpen):
                Open(ExecuteOpen.Length, ExecuteClose);
                break;
            case '>' when EndsWith(CodeOpen) && _text.Length - CodeOpen.Length == _lineStart + _indent:
                Open(CodeOpen.Length, CodeClose);
                break;
            case '`':
                (_where, _inlineLength, _run) = (Where.InlineCode, 0, 1);
                break;
            default:
                NewLineAfter(character);
                break;
        }
    }

    private void TakeInInlineCode(char character)
    {
        if (character == '`')
        {
            _run++;
            return;
        }

        if (_run == _inlineLength)
        {
            _where = Where.Text;
            TakeInText(character);
            return;
        }

        _inlineLength = _inlineLength == 0 ? _run : _inlineLength;
        _run = 0;
        NewLineAfter(character);
    }

    private void TakeInBlock(char character)
    {
        if (_where is Where.Code && _close is not null)
        {
            if (character == '>' && EndsWith(_close) && _text.Length - _close.Length >= _codeStart)
            {
                (_where, _codeEnd) = (Where.AfterCode, _text.Length - _close.Length);
            }

            return;
        }

        if (character == '\n')
        {
            (_lineStart, _run, _spaces) = (_text.Length, 0, 0);
        }
        else if (_run >= 0 && character == _fence)
        {
            _run++;
            if (_run == _fenceLength)
            {
                CloseFence();
            }
        }
        else if (_run == 0 && character == ' ' && _spaces < 3)
        {
            _spaces++;
        }
        else
        {
            _run = -1;
        }
    }

    private void CloseFence()
    {
        if (_where is Where.Code)
        {
            (_where, _codeEnd) = (Where.AfterCode, _lineStart);
        }
        else
        {
            _where = Where.QuotedLine; // the rest of the closing line
        }
    }

    private void Open(int tagLength, string? close) =>
        (_where, _close, _codeStart, _thoughtEnd) = (Where.Code, close, _text.Length, _text.Length - tagLength);

    private void NewLineAfter(char character)
    {
        if (character == '\n')
        {
            (_where, _lineStart, _indent, _run) = (Where.LineStart, _text.Length, 0, 0);
        }
    }

    private string ClosingFence() => (_text[^1] == '\n' ? "" : "\n") + new string(_fence, _fenceLength);

    private bool EndsWith(string tag)
    {
        if (_text.Length < tag.Length)
        {
            return false;
        }

        for (var i = 1; i <= tag.Length; i++)
        {
            if (_text[^i] != tag[^i])
            {
                return false;
            }
        }

        return true;
    }

    private int LongestOpeningAtEnd()
    {
        for (var length = ExecuteOpen.Length - 1; length > 0; length--)
        {
            if (EndsWith(ExecuteOpen[..length]) || (length < CodeOpen.Length && EndsWith(CodeOpen[..length])))
            {
                return length;
            }
        }

        return 0;
    }

    // A provider that cuts at a stop sequence by tokens may leave the beginning of the tag in the text.
    private int WithoutPartOfClose()
    {
        for (var length = (_close?.Length ?? 0) - 1; length >= 2; length--)
        {
            if (EndsWith(_close![..length]))
            {
                return Math.Max(_codeStart, _text.Length - length);
            }
        }

        return _text.Length;
    }
}
