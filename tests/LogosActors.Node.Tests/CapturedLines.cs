using System.Text;

namespace LogosActors.Node.Tests;

/// <summary>Keeps the lines that are written, and lets a test wait for one.</summary>
internal sealed class CapturedLines : TextWriter
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    readonly Lock _gate = new();
    readonly List<string> _lines = [];
    readonly StringBuilder _current = new();
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>All of it.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return string.Join('\n', [.. _lines, _current.ToString()]).TrimEnd('\n');
        }
    }

    public override void Write(char value)
    {
        lock (_gate)
        {
            if (value == '\n')
            {
                _lines.Add(_current.ToString().TrimEnd('\r'));
                _current.Clear();
                _changed.TrySetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                _current.Append(value);
            }
        }
    }

    /// <summary>The first line with a text in it, once it is there.</summary>
    public Task<string> WaitForAsync(string text, Task? until = null) =>
        WaitForAsync(line => line.Contains(text, StringComparison.Ordinal), $"'{text}'", until);

    /// <summary>The first line that is like this, once it is there.</summary>
    public async Task<string> WaitForAsync(Predicate<string> isWanted, string what, Task? until = null)
    {
        var deadline = Task.Delay(Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_lines.Find(isWanted) is { } found)
                    return found;
                changed = _changed.Task;
            }
            if (await Task.WhenAny([changed, deadline, .. until is null ? [] : new[] { until }]) == changed)
                continue;
            // What has ended may have written the line last.
            lock (_gate)
            {
                if (until is { IsCompleted: true } && _lines.Find(isWanted) is { } last)
                    return last;
            }
            throw new InvalidOperationException($"{what} was not written. What was:\n{Text}");
        }
    }
}
