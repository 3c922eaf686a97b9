namespace LogosActors.Actors;

/// <summary>What an actor is doing at the moment.</summary>
public enum ActorState
{
    /// <summary>Created; its constructor, start hook or recovery has not ended.</summary>
    Starting,

    /// <summary>Waiting for a message.</summary>
    Idle,

    /// <summary>Handling messages, or waiting for a thread to do so.</summary>
    Running,

    /// <summary>In an asynchronous handler that has not ended.</summary>
    Awaiting,

    /// <summary>Failed; its supervisor has not decided yet.</summary>
    Failed,

    /// <summary>Being restarted, or waiting out a backoff.</summary>
    Restarting,

    /// <summary>Being stopped.</summary>
    Stopping,

    /// <summary>Stopped.</summary>
    Terminated,
}

/// <summary>One actor of the live tree.</summary>
/// <param name="Actor">Its address.</param>
/// <param name="ActorType">Its class.</param>
/// <param name="State">What it is doing.</param>
/// <param name="MailboxDepth">How many messages wait.</param>
/// <param name="Restarts">How often it has been restarted.</param>
public sealed record ActorInfo(ActorRef Actor, Type ActorType, ActorState State, int MailboxDepth, int Restarts);
