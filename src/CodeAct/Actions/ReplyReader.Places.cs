namespace CodeAct.Actions;

// The places of a reply, character by character.
internal sealed partial class ReplyReader
{
    private static readonly string[] _openings = ["<think>", "<thinking>"];
    private static readonly string[] _closings = ["</think>", "</thinking>"];

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
            case Where.Action when _bare is not null:
                TakeInBare(character);
                break;
            case Where.Action when _mark is not null:
                TakeInMarked(character, _mark);
                break;
            case Where.OtherFence or Where.Action:
                TakeInFence(character);
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
            case '{' when syntax.BareJson && !_hadBare && !_isThinking:
                (_where, _bare) = (Where.Action, new Balance());
                (_thoughtEnd, _actionStart) = (_text.Length - 1, _text.Length - 1);
                TakeInBare(character);
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
        var use = _isThinking ? FenceUse.Text : syntax.Fence(_text.ToString(start, end - start));
        if (use is FenceUse.Text)
        {
            _where = Where.OtherFence;
        }
        else
        {
            (_isUnsure, _thoughtEnd) = (use is FenceUse.Either, _lineStart);
            (_where, _mark, _actionStart) = (Where.Action, null, _text.Length);
            _strings = syntax.HasStrings && !_isUnsure ? new Strings() : null;
        }

        (_lineStart, _run, _spaces) = (_text.Length, 0, 0);
    }

    private void TakeInText(char character)
    {
        switch (character)
        {
            case '<':
                _angle = _text.Length - 1;
                break;
            case '>' or ':' or ';' or '*':
                Open();
                break;
            case '`':
                (_where, _inlineLength, _run) = (Where.InlineCode, 0, 1);
                break;
            default:
                NewLineAfter(character);
                break;
        }
    }

    private void Open()
    {
        foreach (var mark in syntax.Marks)
        {
            if (mark.Open[^1] == _text[^1] && StartOf(mark.Open) is >= 0 and var start
                && (!(mark.AtLineStart || _isThinking) || start == _lineStart + _indent))
            {
                (_where, _mark, _actionStart, _thoughtEnd, _angle) = (Where.Action, mark, _text.Length, start, -1);
                _strings = syntax.HasStrings && !mark.IsAnswer ? new Strings() : null;
                return;
            }
        }

        if (_text[^1] == '>' && _angle >= 0)
        {
            _isThinking = (_isThinking && !_closings.Any(tag => StartOf(tag) >= 0)) || _openings.Any(tag => StartOf(tag) >= 0);
            _angle = -1;
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

    private void TakeInMarked(char character, Mark mark)
    {
        if (_text.Length == _actionStart + 1 && _thoughtEnd > 0 && IsQuoted(_text[_thoughtEnd - 1], character))
        {
            (_where, _mark) = (Where.Text, null); // the mark is only named
            return;
        }

        TakeInString(character);
        if (Found)
        {
            return;
        }

        if (character == '<')
        {
            _angle = _text.Length - 1;
        }
        else if (character == '\n')
        {
            _lineStart = _text.Length;
        }
        else if (mark.Close is { } close && character == close[^1] && StartOf(close) is var start && start >= _actionStart
            && (close[0] is '<' or '&' || start == _actionStart || !char.IsLetterOrDigit(_text[start - 1])))
        {
            EndUnlessInString(start, _text.Length);
        }
        else if (character == ':' && _lineStart > _actionStart && mark.Ends.Any(EndsLine))
        {
            EndUnlessInString(_lineStart, _lineStart); // the model goes on with what is not its part
        }
    }

    private static bool IsQuoted(char before, char after) => (before, after) is
        ('"', '"') or ('\'', '\'') or ('“', '”') or ('„', '“') or ('‘', '’') or ('«', '»');

    private void TakeInString(char character)
    {
        if (_strings is null)
        {
            return;
        }

        var state = _strings.Take(character);
        if (state is StringState.Broken && _passed is { } passed)
        {
            End(passed.Action, passed.Turn);
        }

        _passed = state is StringState.Open ? _passed : null;
    }

    /// <summary>Ends the action, but for a mark in a string of its code, which counts only if that string never ends.</summary>
    private void EndUnlessInString(int action, int turn)
    {
        if (_strings is { IsOpen: true })
        {
            _passed ??= (action, turn);
        }
        else
        {
            End(action, turn);
        }
    }

    private void End(int action, int turn)
    {
        (_where, _actionEnd, _passed) = (Where.AfterAction, action, null);
        _text.Length = turn;
    }

    private bool EndsLine(string end) => _text.Length - end.Length == _lineStart && EndsWith(end);

    private void TakeInBare(char character)
    {
        if (!_bare!.Take(character))
        {
            return;
        }

        if (IsAction(_text.Length))
        {
            (_where, _actionEnd) = (Where.AfterAction, _text.Length);
        }
        else
        {
            (_where, _bare) = (Where.Text, null);
        }
    }

    private void TakeInFence(char character)
    {
        if (_where is Where.Action)
        {
            TakeInString(character);
        }

        if (Found)
        {
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
        if (_where is Where.Action && (!_isUnsure || IsAction(_lineStart)))
        {
            EndUnlessInString(_lineStart, _text.Length);
        }
        else
        {
            (_where, _isUnsure) = (Where.QuotedLine, false); // the rest of the closing line
        }
    }

    private void NewLineAfter(char character)
    {
        if (character == '\n')
        {
            (_where, _lineStart, _indent, _run, _angle) = (Where.LineStart, _text.Length, 0, 0, -1);
        }
    }

    /// <summary>Finds the end of an object of JSON, or of what was meant as one.</summary>
    private sealed class Balance
    {
        private int _depth;
        private char _quote; // of the string we are in; 0 outside of one
        private bool _isEscaped;
        private char _before; // the last character that is no space

        /// <summary>Takes the next character; true when it ends the object.</summary>
        public bool Take(char character)
        {
            if (_quote != 0)
            {
                var ends = !_isEscaped && character == _quote;
                _isEscaped = !_isEscaped && character == '\\';
                _quote = ends ? '\0' : _quote;
            }
            else if (character == '"' || (character == '\'' && _before is '{' or '[' or ',' or ':' or '('))
            {
                _quote = character;
            }
            else
            {
                _depth += character is '{' or '[' ? 1 : character is '}' or ']' ? -1 : 0;
            }

            _before = char.IsWhiteSpace(character) ? _before : character;
            return _depth <= 0;
        }
    }
}
