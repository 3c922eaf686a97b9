using System.Collections.Concurrent;
using LogosActors.Actors.Embedded;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors.TestKit;

/// <summary>Expects entries in the log, or dead letters, while something is done.</summary>
/// <remarks>Made by <see cref="ActorTestKit.EventFilter"/>: <c>await EventFilter.Exception&lt;MyException&gt;().Expect(1, () =&gt; actor.Tell(…));</c></remarks>
public sealed class EventFilter
{
    readonly ActorTestKit _kit;

    internal EventFilter(ActorTestKit kit) => _kit = kit;

    /// <summary>Entries with an exception of a type, or whose exception was caused by one.</summary>
    /// <param name="contains">A part of the exception's message; null for any.</param>
    public Expectation Exception<TException>(string? contains = null)
        where TException : Exception =>
        OfLog(e => Causes(e.Exception).Any(cause => cause is TException && Contains(cause.Message, contains)), $"{typeof(TException).Name} in the log");

    /// <summary>Entries of level Error.</summary>
    /// <param name="contains">A part of the text; null for any.</param>
    public Expectation Error(string? contains = null) => OfLevel(LogLevel.Error, contains);

    /// <summary>Entries of level Warning.</summary>
    /// <param name="contains">A part of the text; null for any.</param>
    public Expectation Warning(string? contains = null) => OfLevel(LogLevel.Warning, contains);

    /// <summary>Entries of level Information.</summary>
    /// <param name="contains">A part of the text; null for any.</param>
    public Expectation Information(string? contains = null) => OfLevel(LogLevel.Information, contains);

    /// <summary>Entries of any kind.</summary>
    public Expectation Custom(Func<LogEntry, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return OfLog(predicate, "entries of the log that the predicate accepts");
    }

    /// <summary>Dead letters whose message is of a type.</summary>
    /// <param name="predicate">What else must hold for the dead letter.</param>
    public Expectation DeadLetter<TMessage>(Func<DeadLetter, bool>? predicate = null) =>
        new(_kit, $"dead letters with {typeof(TMessage).Name}", () =>
        {
            var letters = new DeadLetterBox(_kit.System.EventStream);
            return (() => letters.Count(l => l.Message is TMessage && predicate?.Invoke(l) != false), letters);
        });

    static bool Contains(string text, string? part) => part is null || text.Contains(part, StringComparison.Ordinal);

    static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }

    Expectation OfLevel(LogLevel level, string? contains) =>
        OfLog(e => e.Level == level && Contains(e.Message, contains), $"{level} entries with '{contains}'");

    Expectation OfLog(Func<LogEntry, bool> predicate, string what) =>
        new(_kit, what, () =>
        {
            var before = _kit.Logs.Entries.Count;
            return (() => _kit.Logs.Entries.Skip(before).Count(predicate), null);
        });

    /// <summary>A number of events to expect.</summary>
    public sealed class Expectation
    {
        readonly ActorTestKit _kit;
        readonly string _what;
        readonly Func<(Func<int> Count, IDisposable? Source)> _open;

        internal Expectation(ActorTestKit kit, string what, Func<(Func<int> Count, IDisposable? Source)> open) =>
            (_kit, _what, _open) = (kit, what, open);

        /// <summary>Does something, in consequence of which exactly so many events must occur.</summary>
        /// <param name="count">How many; zero lets <see cref="TestKitOptions.ExpectNothingFor"/> pass.</param>
        /// <param name="action">What causes them.</param>
        /// <param name="timeout">How long to wait for them; null for <see cref="TestKitOptions.ExpectTimeout"/>.</param>
        /// <exception cref="ExpectationFailedException">There were more or fewer.</exception>
        public Task Expect(int count, Action action, TimeSpan? timeout = null)
        {
            ArgumentNullException.ThrowIfNull(action);
            return Expect(
                count,
                () =>
                {
                    action();
                    return Task.CompletedTask;
                },
                timeout);
        }

        /// <inheritdoc cref="Expect(int, Action, TimeSpan?)"/>
        public async Task Expect(int count, Func<Task> action, TimeSpan? timeout = null)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            ArgumentNullException.ThrowIfNull(action);
            var (counted, source) = _open();
            using (source)
            {
                await action();
                if (count == 0)
                    await _kit.Host.AdvanceAsync(_kit.Options.ExpectNothingFor);
                else
                    await _kit.Host.WaitUntilAsync(() => counted() >= count, timeout ?? _kit.Options.ExpectTimeout);
                if (counted() is var found && found != count)
                    throw new ExpectationFailedException($"Expected {count} {_what}, found {found}.");
            }
        }
    }

    /// <summary>Subscribes to dead letters while an expectation lasts.</summary>
    sealed class DeadLetterBox : LocalRef, IDisposable
    {
        readonly EventStream _stream;
        readonly ConcurrentQueue<DeadLetter> _letters = new();

        public DeadLetterBox(EventStream stream)
        {
            _stream = stream;
            _stream.Subscribe<DeadLetter>(this);
        }

        public override string Name => "dead-letter-expectation";

        public override string Path => "/temp/dead-letter-expectation";

        public override void Tell(object message, ActorRef? sender = null)
        {
            if (message is DeadLetter letter)
                _letters.Enqueue(letter);
        }

        public override void Notify(Terminated terminated)
        {
        }

        public int Count(Func<DeadLetter, bool> predicate) => _letters.Count(predicate);

        public void Dispose() => _stream.Unsubscribe(this);
    }
}
