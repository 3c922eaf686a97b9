namespace LogosActors.Samples.Resilience;

/// <summary>What was accepted and what was received, so that a lost or a doubled message shows. For one thread at a time.</summary>
/// <remarks>
/// A message counts as received when the handler of the application has returned. Whatever it had in hand when its process was killed is
/// delivered again in the next life, and no other message is.
/// </remarks>
internal sealed class Account(int inHand)
{
    readonly Dictionary<string, long> _accepted = new(StringComparer.Ordinal);
    readonly HashSet<string> _confirmed = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _failed = new(StringComparer.Ordinal);
    readonly Dictionary<long, int> _received = [];
    readonly Queue<long> _latest = new();
    readonly HashSet<long> _mayReturn = [];
    int _life;

    /// <summary>Messages that the sender's node has stored: a promise.</summary>
    public int Accepted => _accepted.Count;

    /// <summary>Messages that the receiver's application has handled.</summary>
    public int Received => _received.Count;

    /// <summary>Messages that the sender knows to have been delivered.</summary>
    public int Confirmed => _confirmed.Count(_accepted.ContainsKey);

    /// <summary>Messages that were in the application's hands when its process was killed, and came again.</summary>
    public int Repeated { get; private set; }

    /// <summary>Messages that came twice, though nobody was killed in between.</summary>
    public List<long> Doubled { get; } = [];

    /// <summary>Messages that were accepted, and whose request ended in an error.</summary>
    public IReadOnlyList<(long Number, string Failure)> Failed =>
        [.. _failed.Where(failed => _accepted.ContainsKey(failed.Key)).Select(failed => (_accepted[failed.Key], failed.Value))];

    /// <summary>Messages that were accepted and have not come.</summary>
    public IReadOnlyList<long> Missing => [.. _accepted.Values.Where(number => !_received.ContainsKey(number)).Order()];

    /// <summary>The sender's node has stored a message.</summary>
    public void Accept(long number, string request) => _accepted.Add(request, number);

    /// <summary>The sender knows that a message was delivered.</summary>
    public void Confirm(string request) => _confirmed.Add(request);

    /// <summary>A request has ended in an error.</summary>
    public void Fail(string request, string failure) => _failed[request] = failure;

    /// <summary>The application has handled a message.</summary>
    public void Receive(long number)
    {
        if (_received.TryAdd(number, _life))
        {
            _latest.Enqueue(number);
            while (_latest.Count > inHand)
                _latest.Dequeue();
        }
        else if (_mayReturn.Remove(number))
            Repeated++;
        else
            Doubled.Add(number);
    }

    /// <summary>The receiver's process was killed: what its application had in hand may come again, once.</summary>
    public void ReceiverKilled()
    {
        _life++;
        _mayReturn.UnionWith(_latest);
        _latest.Clear();
    }
}
