using Akka.Actor;
using Akka.Persistence;
using LogosActors.Actors.Serialization;

namespace LogosActors.Actors.Tests.Kills;

/// <summary>One account: its state is the sum of its stored deposits, and it says on its parent's output what is durable.</summary>
sealed class Account(string name, PersistencePlugins plugins, IActorRef bank, int failEvery) : SupervisedPersistentActor(plugins)
{
    const int SnapshotEvery = 200;

    AccountState _state = new();
    int _handled;

    public static ProtobufTypes Types { get; } = new ProtobufTypes("bank", 7_193).Add(Deposited.Parser, "deposited").Add(AccountState.Parser, "account-state");

    public override string PersistenceId => $"account-{name}";

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: AccountState saved }:
                _state = saved.Clone();
                break;
            case Deposited deposited:
                Apply(deposited);
                break;
            case RecoveryCompleted:
                bank.Tell(new Bank.Recovered(name, _state.LastNumber, _state.Count), Self);
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Deposit:
                if (++_handled == failEvery)
                    throw new InvalidOperationException($"Account {name} fails on purpose.");
                // Decide and apply at once; say so when it is stored.
                var next = new Deposited { Number = _state.LastNumber + 1 };
                Apply(next);
                PersistAllAsync([next], Stored);
                break;
            case SaveSnapshotSuccess saved:
                DeleteMessages(saved.Metadata.SequenceNr);
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
        }
    }

    void Stored(Deposited deposited)
    {
        bank.Tell(new Bank.Acknowledged(name, deposited.Number), Self);
        // What is saved covers what is stored: not more, while writes are under way.
        if (LastSequenceNr % SnapshotEvery == 0)
            SaveSnapshot(new AccountState { LastNumber = deposited.Number, Count = _state.Count - (_state.LastNumber - deposited.Number) });
    }

    void Apply(Deposited deposited)
    {
        // A doubled event would count without moving the number, a lost one would leave a gap: either shows.
        _state.LastNumber = deposited.Number;
        _state.Count++;
    }

    public sealed record Deposit;
}

/// <summary>Keeps its accounts busy.</summary>
sealed class Bank : SupervisedActor
{
    static readonly ExponentialBackoff Backoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    readonly int _inFlight;
    readonly TextWriter _output;
    readonly RecreatedChild[] _accounts;

    public Bank(PersistencePlugins plugins, int accounts, int inFlight, int failEvery, TextWriter output)
    {
        (_inFlight, _output) = (inFlight, output);
        var self = Self;
        _accounts =
        [
            .. Enumerable.Range(0, accounts).Select(number => new RecreatedChild(
                Context, Props.Create(() => new Account($"{number}", plugins, self, failEvery)), $"account-{number}", Backoff,
                created: static _ => { }, overflow: static (_, _) => { })),
        ];
    }

    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1));

    protected override void OnReceive(object message)
    {
        if (Array.Exists(_accounts, account => account.TryHandle(message)))
            return;
        switch (message)
        {
            case Recovered recovered:
                _output.WriteLine($"recovered {recovered.Account} {recovered.LastNumber} {recovered.Count}");
                for (var i = 0; i < _inFlight; i++)
                    Sender.Tell(new Account.Deposit());
                break;
            case Acknowledged acknowledged:
                _output.WriteLine($"ack {acknowledged.Account} {acknowledged.Number}");
                Sender.Tell(new Account.Deposit());
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    public sealed record Recovered(string Account, long LastNumber, long Count);

    public sealed record Acknowledged(string Account, long Number);
}
