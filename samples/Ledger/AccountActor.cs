using LogosActors.Actors;
using LogosActors.Actors.Persistence;

namespace LogosActors.Samples.Ledger;

/// <summary>What may be said to an account.</summary>
internal static class Account
{
    /// <summary>Store the next deposit and acknowledge it.</summary>
    public sealed record Deposit;

    /// <summary>The deposit is durable.</summary>
    public sealed record Acknowledged(string Account, long Number);

    /// <summary>The account is back, and this is what it holds.</summary>
    public sealed record Recovered(string Account, long LastNumber, long Count);
}

/// <summary>One account: a persistent actor whose state is the sum of its stored deposits.</summary>
/// <remarks>
/// Parent: <see cref="BankActor"/>, one-for-one, restarted at once. A failure costs the message that failed and nothing
/// that was acknowledged: a restart replays the journal, and messages that arrive meanwhile wait in the mailbox.
/// </remarks>
internal sealed class AccountActor(string name, ActorRef witness, int failEvery) : PersistentActor
{
    const int SnapshotEvery = 1000;

    AccountState _state = new();
    int _handled;

    protected override string PersistenceId => $"account-{name}";

    protected override void Recover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { State: AccountState saved }:
                _state = saved.Clone();
                break;
            case Deposited deposited:
                Apply(deposited);
                break;
            case RecoveryCompleted:
                witness.Tell(new Account.Recovered(name, _state.LastNumber, _state.Count), Self);
                break;
        }
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Account.Deposit:
                if (++_handled == failEvery)
                    throw new InvalidOperationException($"Account {name} fails on purpose, to be restarted.");
                Persist(new Deposited { Number = _state.LastNumber + 1 }, Acknowledge);
                break;
            case SnapshotSaved or SnapshotFailed:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Acknowledge(Deposited deposited)
    {
        Apply(deposited);
        witness.Tell(new Account.Acknowledged(name, deposited.Number), Self);
        if (LastSequenceNr % SnapshotEvery == 0)
            SaveSnapshot(_state.Clone());
    }

    void Apply(Deposited deposited)
    {
        // A doubled event would count without moving the number, a lost one would leave a gap: either shows.
        _state.LastNumber = deposited.Number;
        _state.Count++;
    }
}
