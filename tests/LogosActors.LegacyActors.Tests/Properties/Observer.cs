using LogosActors.Actors.Persistence;
using LogosActors.Actors.TestKit;

namespace LogosActors.Actors.Tests.Properties;

/// <summary>Sees what the players of a random program do and says what must not be. On one thread only.</summary>
/// <remarks>Players report from their handlers, where an assertion would be one more failure to be supervised: what is wrong is
/// written down, and asserted by <see cref="NothingWrong"/>.</remarks>
internal sealed class Observer
{
    readonly Dictionary<(object Sender, ActorRef Recipient), int> _sent = [];
    readonly Dictionary<(object Sender, ActorRef Recipient), int> _received = [];
    readonly Dictionary<int, string> _fates = [];
    readonly HashSet<(ActorRef Watcher, ActorRef Watched)> _watches = [];
    readonly HashSet<(ActorRef Watcher, object Dead)> _dead = [];
    readonly Dictionary<string, SortedDictionary<long, long>> _acknowledged = new(StringComparer.Ordinal);
    readonly List<string> _wrong = [];
    int _told;
    int _crashedOn;

    public int Crashes { get; private set; }

    public int Acknowledged => _acknowledged.Values.Sum(events => events.Count);

    public int Handled { get; private set; }

    public Directive Decide(Exception cause)
    {
        if (cause is InjectedCrashException)
            Crashes++;
        Check(cause is InjectedCrashException or OrderedFailureException, $"Nobody ordered this: {cause}");
        return SupervisorStrategy.DefaultDecider(cause);
    }

    /// <summary>Tells a letter and remembers that it did.</summary>
    public void Tell(ActorRef recipient, Letter letter, ActorRef? sender)
    {
        object from = sender is null ? this : sender;
        var number = _sent[(from, recipient)] = _sent.GetValueOrDefault((from, recipient)) + 1;
        _told++;
        recipient.Tell(new Posted(letter, from, number), sender);
    }

    public void Receives(ActorRef recipient, Posted posted)
    {
        var last = _received.GetValueOrDefault((posted.Sender, recipient));
        Check(posted.Number > last, $"{recipient} got letter {posted.Number} of {posted.Sender} after letter {last}.");
        _received[(posted.Sender, recipient)] = posted.Number;
        Check(!_dead.Contains((recipient, posted.Sender)), $"{recipient} got a letter of {posted.Sender} after the news of its end.");
    }

    public void Handles(Posted posted)
    {
        Handled++;
        Ends(posted, "handled");
    }

    public void DeadLetter(DeadLetter letter)
    {
        if (letter.Message is Posted posted)
            Ends(posted, $"dead ({letter.Reason})");
    }

    /// <summary>An incarnation ends because of this message; what it did not get round to is dropped.</summary>
    public void Restarts(ActorRef self, object? message, Exception reason, IReadOnlyList<ActorRef> children)
    {
        foreach (var child in children)
            _watches.Remove((self, child));
        if (reason is not InjectedCrashException)
            return;
        if (message is Posted posted && !_fates.ContainsKey(posted.Letter.Id))
        {
            _crashedOn++;
            Ends(posted, "crashed on");
        }
        else if (message is Terminated terminated)
        {
            _watches.Remove((self, terminated.Actor));
        }
    }

    public void Watches(ActorRef watcher, ActorRef watched)
    {
        if (watcher != watched)
            _watches.Add((watcher, watched));
    }

    public void Unwatches(ActorRef watcher, ActorRef watched) => _watches.Remove((watcher, watched));

    public void Hears(ActorRef watcher, Terminated terminated)
    {
        Check(_watches.Remove((watcher, terminated.Actor)), $"{watcher} heard of the end of {terminated.Actor} without watching, or twice.");
        _dead.Add((watcher, terminated.Actor));
    }

    public void Acknowledges(string persistenceId, long sequenceNr, long value)
    {
        if (!_acknowledged.TryGetValue(persistenceId, out var events))
            _acknowledged[persistenceId] = events = [];
        Check(events.TryAdd(sequenceNr, value), $"{persistenceId}: event {sequenceNr} was acknowledged twice.");
    }

    /// <summary>A history has come back: nothing that was acknowledged may lack or differ, and nothing be doubled.</summary>
    public void Recovers(string persistenceId, IReadOnlyList<long> values, long lastSequenceNr)
    {
        Check(values.Count == lastSequenceNr, $"{persistenceId}: {values.Count} events came back, the last is number {lastSequenceNr}.");
        Check(values.Count == values.Distinct().Count(), $"{persistenceId}: an event came back twice.");
        if (!_acknowledged.TryGetValue(persistenceId, out var events))
            return;
        foreach (var (sequenceNr, value) in events)
        {
            Check(sequenceNr <= values.Count && values[(int)sequenceNr - 1] == value,
                $"{persistenceId}: event {sequenceNr} was acknowledged, but lacks or differs among the {values.Count} that came back.");
        }
    }

    public IEnumerable<string> Histories => _acknowledged.Keys;

    /// <summary>Whoever lives has heard of every death that it waits for.</summary>
    public void AllDeathsHeard(IReadOnlyCollection<ActorRef> living)
    {
        var missed = _watches.Where(w => living.Contains(w.Watcher) && !living.Contains(w.Watched)).ToArray();
        Assert.True(missed.Length == 0, $"Nobody told {string.Join(", ", missed.Select(m => $"{m.Watcher} of the end of {m.Watched}"))}.");
    }

    /// <summary>Every letter was handled, dropped by a crash, or became a dead letter: once.</summary>
    public void AllLettersAccountedFor()
    {
        // A crash that ends in a stop does not say which message it hit.
        var silent = _told - _fates.Count;
        Assert.InRange(silent, 0, Crashes - _crashedOn);
    }

    /// <summary>Writes down what is wrong.</summary>
    public void Check(bool holds, string otherwise)
    {
        if (!holds)
            _wrong.Add(otherwise);
    }

    public void NothingWrong() => Assert.True(_wrong.Count == 0, string.Join(Environment.NewLine, _wrong.Take(10)));

    void Ends(Posted posted, string fate) =>
        Check(_fates.TryAdd(posted.Letter.Id, fate),
            $"Letter {posted.Letter.Id} ({posted.Letter.Deed}) was {_fates.GetValueOrDefault(posted.Letter.Id)} and then {fate}.");
}
