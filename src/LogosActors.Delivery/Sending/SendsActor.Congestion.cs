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
        // That there was an answer is what counts for the time that it may take.
        send.Since = Now;
        _congested.Enqueue(send);
        if (!Timers.IsTimerActive(RoomDue.Instance))
            Timers.StartSingleTimer(RoomDue.Instance, RoomDue.Instance, RoomInterval);
    }

    void TryForRoom()
    {
        _tries = _foundNoRoom ? FirstTries : Math.Min(2 * _tries, SendIntake.Window);
        _foundNoRoom = false;
        for (var left = _tries; left > 0 && _congested.TryDequeue(out var send); left--)
        {
            if (send.Stage is not SendStage.Publishing)
                continue;
            if (Now - send.Send.Message.Accepted < _options.Timeout)
            {
                Publish(send, isRepeat: true);
                continue;
            }
            _underWay--;
            Keep(send, PublishOutcome.Congested); // which ends it
        }
        if (_congested.Count > 0)
            Timers.StartSingleTimer(RoomDue.Instance, RoomDue.Instance, RoomInterval);
    }

    sealed record RoomDue
    {
        public static readonly RoomDue Instance = new();
    }
}
