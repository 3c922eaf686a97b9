namespace LogosActors.Actors.Embedded;

/// <summary>Gives actors that have work a turn.</summary>
internal abstract class Dispatcher
{
    /// <summary>Gives the actor a turn, soon: calls <see cref="ActorCell.RunTurn"/> once.</summary>
    public abstract void Schedule(ActorCell cell);

    /// <summary>Called before each message of a user; what it throws is the handler's failure.</summary>
    public virtual void BeforeMessage(ActorCell cell, object message)
    {
    }

    /// <summary>Whether <see cref="BeforeMessage"/> wants to be called.</summary>
    public virtual bool Intervenes => false;

    /// <summary>For decisions of the host itself, such as jitter.</summary>
    public virtual Random SharedRandom => Random.Shared;

    /// <summary>A random source for one actor.</summary>
    public virtual Random CreateRandom(ActorCell cell) => new();
}
