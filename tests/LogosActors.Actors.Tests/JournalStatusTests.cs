using Akka.Event;
using Akka.Pattern;
using LogosActors.Actors.Persistence;
using Microsoft.Data.Sqlite;

namespace LogosActors.Actors.Tests;

public sealed class JournalStatusTests
{
    static readonly SqliteException Full = new("SQLite Error 13: 'database or disk is full'.", 13);

    readonly JournalStatus _journal = new();
    readonly Entries _log = new();

    [Fact]
    public void A_journal_that_fails_again_and_again_is_a_line_a_minute()
    {
        for (var second = 0; second < 600; second++)
            _journal.Failed(Full, TimeSpan.FromSeconds(second), _log);

        Assert.Equal(10, _log.Lines.Count);
        Assert.Equal(JournalStatus.NoRoom, _journal.Problem);
    }

    [Fact]
    public void One_that_works_now_and_then_is_two_lines_a_minute()
    {
        for (var second = 0; second < 600; second++)
        {
            _journal.Failed(Full, TimeSpan.FromSeconds(second), _log);
            _journal.Works(_log);
        }

        Assert.Equal(20, _log.Lines.Count);
        Assert.Null(_journal.Problem);
    }

    [Fact]
    public void A_breaker_that_is_open_does_not_hide_the_reason()
    {
        _journal.Failed(Full, TimeSpan.Zero, _log);
        _journal.Failed(new OpenCircuitException("open"), TimeSpan.FromSeconds(1), _log);

        Assert.Equal(JournalStatus.NoRoom, _journal.Problem);
    }

    [Theory]
    [InlineData(5, "another process has locked it")]
    [InlineData(8, "it is read-only")]
    [InlineData(10, "it could not be read or written (I/O error)")]
    [InlineData(14, "its file cannot be opened")]
    public void What_SQLite_says_is_said_in_words(int code, string words)
    {
        _journal.Failed(new AggregateException(new SqliteException("", code)), TimeSpan.Zero, _log);

        Assert.Equal(words, _journal.Problem);
    }

    sealed class Entries() : LoggingAdapterBase(DefaultLogMessageFormatter.Instance)
    {
        public List<string> Lines { get; } = [];

        public override bool IsDebugEnabled => true;

        public override bool IsInfoEnabled => true;

        public override bool IsWarningEnabled => true;

        public override bool IsErrorEnabled => true;

        protected override void NotifyLog(LogLevel logLevel, object message, Exception? cause = null) => Lines.Add(message.ToString()!);
    }
}
