using System.Globalization;
using LogosActors.Channels;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;

namespace LogosActors.LoadTests.Channels;

/// <summary>Two participants of a channel that speak in turns, on one thread: each message is sent, encoded, decoded and received, and all
/// that comes of it taken.</summary>
/// <remarks>A message takes a millisecond of the channel's clock, so that what is sent by time, as filters are, is sent rather too often.</remarks>
internal sealed class SdsPair
{
    /// <summary>What a message carries, in bytes.</summary>
    public const int Size = 100;

    const string Id = "load";

    /// <summary>As long as a message's hash.</summary>
    static readonly ReadOnlyMemory<byte> Hint = Work.Bytes(32);

    readonly SdsChannel[] _participants;
    readonly PreviousNames[] _previous = [new(), new()];
    readonly BloomParameters _bloom;
    readonly byte[] _content = Work.Bytes(Size);
    long _now = 1_700_000_000_000;
    long _sent;
    long _delivered;
    long _acknowledged;

    /// <summary>Participants whose log is full with so many messages.</summary>
    public SdsPair(int history, SdsOptions options)
    {
        options = options with { LogCapacity = history };
        _bloom = new BloomParameters(options.BloomCapacity, options.BloomErrorRate);
        _participants = [new SdsChannel(Id, "alice", options, new Random(1)), new SdsChannel(Id, "bob", options, new Random(2))];
        foreach (var participant in _participants)
        {
            participant.Begin(_now);
            Run(participant);
        }
        Fill(history);
    }

    /// <summary>Bytes of all that was sent.</summary>
    public long WireBytes { get; private set; }

    /// <summary>Messages that were sent, without those that only tell what was received.</summary>
    public long Sent => _sent;

    /// <summary>Sends a message from one to the other.</summary>
    public void Exchange()
    {
        var (from, to) = (_participants[_sent % 2], _participants[(_sent + 1) % 2]);
        var id = string.Create(CultureInfo.InvariantCulture, $"{_sent++:x64}");
        _now++;
        Tick(from);
        Tick(to);
        from.Send(id, _content, _now);
        Run(from);
        from.Dispatched(id, Hint, _now);
        Run(from);
    }

    /// <exception cref="InvalidOperationException">Something was lost on the way.</exception>
    public void Check()
    {
        if (_delivered != _sent || _sent - _acknowledged > 2)
            throw new InvalidOperationException($"Of {_sent} messages {_delivered} were delivered and {_acknowledged} acknowledged.");
    }

    // By events, as after a restart: a million messages else take longer than the measurement.
    void Fill(int history)
    {
        IReadOnlyList<HistoryEntry> before = [];
        for (var i = 0; i < history; i++, _sent++, _delivered++, _acknowledged++)
        {
            var sender = _sent % 2;
            var id = string.Create(CultureInfo.InvariantCulture, $"{_sent:x64}");
            var message = new SdsMessage
            {
                SenderId = sender == 0 ? "alice" : "bob",
                MessageId = id,
                ChannelId = Id,
                LamportTimestamp = (ulong)++_now,
                CausalHistory = before,
                Content = _content,
            };
            _participants[sender].Apply(new SdsEvent.Sent(message, _now));
            _participants[sender].Apply(new SdsEvent.HintSet(id, Hint));
            _participants[sender].Apply(new SdsEvent.Acknowledged(id));
            // What is read from the wire is nobody else's.
            var read = message with { MessageId = new string(id) };
            _participants[1 - sender].Apply(new SdsEvent.Accepted(read, Hint, SdsDialect.Specification, IsDelivered: true, _now));
            before = [new HistoryEntry(id, Hint, message.SenderId)];
        }
    }

    void Tick(SdsChannel participant)
    {
        if (participant.NextDeadline > _now)
            return;
        participant.Tick(_now);
        Run(participant);
    }

    void Run(SdsChannel participant)
    {
        while (participant.TryTakeEffect(out var effect))
        {
            switch (effect.Kind)
            {
                case SdsEffectKind.Transmit:
                    Transmit(participant, SdsCodec.Encode(effect.Message!, effect.Dialect));
                    break;
                case SdsEffectKind.Deliver:
                    _delivered++;
                    break;
                case SdsEffectKind.Acknowledged:
                    _acknowledged++;
                    break;
            }
        }
    }

    void Transmit(SdsChannel from, byte[] wire)
    {
        WireBytes += wire.Length;
        var (to, previous) = ReferenceEquals(from, _participants[0]) ? (_participants[1], _previous[1]) : (_participants[0], _previous[0]);
        if (!SdsCodec.TryDecode(wire, _bloom, out var message, out var dialect, out var error, previous))
            throw new InvalidOperationException($"A message cannot be read: {error}.");
        to.Receive(message, dialect, Hint, _now);
        Run(to);
    }
}
