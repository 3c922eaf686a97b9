using LogosActors.Actors;

namespace LogosActors.Samples.Ledger;

/// <summary>Supervises the accounts and keeps each busy with deposits.</summary>
/// <remarks>
/// Parent: the root. A failure costs nothing durable: the accounts are stopped, made anew and recover from the journal.
/// An account that stops (its journal failed) is opened again after a pause.
/// </remarks>
internal sealed class BankActor(BankOptions options, TextWriter output) : Actor
{
    sealed record Reopen(string Name);

    protected override SupervisorStrategy SupervisorStrategy => new OneForOneStrategy();

    protected override void PreStart()
    {
        for (var i = 0; i < options.Accounts; i++)
            Open(i.ToString());
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Account.Recovered recovered:
                output.WriteLine($"recovered {recovered.Account} {recovered.LastNumber} {recovered.Count}");
                for (var i = 0; i < options.InFlight; i++)
                    Sender.Tell(new Account.Deposit(), Self);
                break;
            case Account.Acknowledged acknowledged:
                output.WriteLine($"ack {acknowledged.Account} {acknowledged.Number}");
                Sender.Tell(new Account.Deposit(), Self);
                break;
            case Terminated terminated:
                Context.StartSingleTimer(terminated.Actor.Name, new Reopen(terminated.Actor.Name), TimeSpan.FromSeconds(1));
                break;
            case Reopen reopen:
                Open(reopen.Name);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Open(string name)
    {
        var bank = Self;
        Context.Watch(Context.Spawn(Props.Create(() => new AccountActor(name, bank, options.FailEvery)), name));
    }
}

/// <summary>How busy the bank is.</summary>
/// <param name="Accounts">How many accounts, 1 – 10,000.</param>
/// <param name="InFlight">How many deposits wait at each account.</param>
/// <param name="FailEvery">An incarnation of an account fails at this deposit, on purpose; 0 for never.</param>
internal sealed record BankOptions(int Accounts, int InFlight, int FailEvery);
