namespace LogosActors.Actors.Tests.Properties;

/// <summary>Gives each of its parts to a player, and to another one when that has stopped.</summary>
internal sealed class StageActor(Cast cast, int firstPart, int parts, SupervisorStrategy strategy) : Actor
{
    protected override SupervisorStrategy SupervisorStrategy => strategy;

    protected override void PreStart()
    {
        for (var part = firstPart; part < firstPart + parts; part++)
            Give(part);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                // After a restart, news of an earlier cast may still come. Otherwise the name is free again, or this throws.
                if (cast.Parts[int.Parse(terminated.Actor.Name)] == terminated.Actor)
                    Give(int.Parse(terminated.Actor.Name));
                break;
            case Ping:
                Reply(message);
                break;
        }
    }

    void Give(int part)
    {
        var mailbox = (part % 4) switch
        {
            0 => MailboxOptions.Bounded(3, MailboxOverflow.DropNewest),
            1 => MailboxOptions.Bounded(3, MailboxOverflow.DropOldest),
            _ => MailboxOptions.Unbounded,
        };
        var props = (part % 3) switch
        {
            0 => Props.Create(() => new PlainPlayer(cast)),
            1 => Props.Create(() => new AwaitingPlayer(cast)),
            _ => Props.Create(() => new DurablePlayer(cast, $"part-{part}")),
        };
        Context.Watch(cast.Parts[part] = Context.Spawn(props with { Mailbox = mailbox }, $"{part}"));
    }
}
