using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>Holds messages up while peers do not take them as fast as they are sent: the window stays full, and callers wait.</summary>
internal sealed partial class SendsActor
{
    static readonly TimeSpan RoomInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>How many messages try for room at first; each time that all of them find it, twice as many try.</summary>
    const int FirstTries = 16;

    readonly Queue<OutgoingSend> _congested = new();
    int _tries = FirstTries;
    bool _foundNoRoom;

    void WaitForRoom(OutgoingSend send)
    {
        _foundNoRoom = true;
        // That there was an answer is what counts for the watch.
        _publishing.Enter(send, _sends.Now);
        _congested.Enqueue(send);
        if (!Context.IsTimerActive(RoomDue.Instance))
            Context.StartSingleTimer(RoomDue.Instance, RoomDue.Instance, RoomInterval);
    }

    void TryForRoom()
    {
        _tries = _foundNoRoom ? FirstTries : Math.Min(2 * _tries, UnfinishedSends.Window);
        _foundNoRoom = false;
        for (var left = _tries; left > 0 && _congested.TryDequeue(out var send); left--)
        {
            if (send.Stage is not SendStage.Publishing)
                continue;
            if (_sends.Now - send.Accepted < _options.Timeout)
            {
                _settings.Router.Tell(new RelayTopics.Publish(send.Shard, send.Hash, send.Message, send, IsRepeat: true), Self);
                continue;
            }
            _underWay--;
            Keep(send, PublishOutcome.Congested); // which ends it
        }
        if (_congested.Count > 0)
            Context.StartSingleTimer(RoomDue.Instance, RoomDue.Instance, RoomInterval);
    }

    sealed record RoomDue
    {
        public static readonly RoomDue Instance = new();
    }
}
