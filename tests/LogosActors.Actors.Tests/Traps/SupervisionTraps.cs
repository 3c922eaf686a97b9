using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Traps;

/// <summary>What this project relies on, or guards against, in Akka's supervision. An upgrade that changes it is seen here.</summary>
public sealed class SupervisionTraps(ITestOutputHelper output) : TestKit("akka.loglevel = ERROR", output: output)
{
    [Fact]
    public async Task A_restart_keeps_the_mailbox_and_the_stash()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Stasher()));
        foreach (var message in (object[])["hold", 1, 2, "fail", "release", 3])
            actor.Tell(message);
        // The restart has put the stash back before what was in the mailbox.
        await ExpectMsgAsync(1);
        await ExpectMsgAsync(2);
        await ExpectMsgAsync(3);
    }

    [Fact]
    public async Task A_stop_turns_the_mailbox_and_the_stash_into_dead_letters()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var actor = Sys.ActorOf(Props.Create(() => new Stasher()));
        foreach (var message in (object[])["hold", 1, 2, "stop", 3])
            actor.Tell(message);
        foreach (var expected in (int[])[1, 2, 3])
            Assert.Equal(expected, (await ExpectMsgAsync<DeadLetter>()).Message);
    }

    [Fact]
    public async Task The_dead_letters_of_a_mailbox_are_published_before_the_parent_hears_of_the_end()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(TestActor, Props.Create(() => new Stasher()))));
        var child = await parent.Ask<IActorRef>("child", RemainingOrDefault);
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        foreach (var message in (object[])["hold", 1, "stop", 2])
            child.Tell(message);
        await ExpectMsgAsync<DeadLetter>();
        await ExpectMsgAsync<DeadLetter>();
        await ExpectMsgAsync("terminated");
    }

    [Fact]
    public async Task A_name_is_not_free_right_after_a_stop_but_once_the_end_is_known()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(TestActor, Props.Create(() => new Stasher()))));
        parent.Tell("replace");
        await ExpectMsgAsync<InvalidActorNameException>();
        await ExpectMsgAsync("terminated");
        parent.Tell("create");
        await ExpectMsgAsync("created");
    }

    [Theory]
    [InlineData("constructor")]
    [InlineData("PreStart")]
    public async Task An_actor_that_cannot_start_is_stopped_by_default(string where)
    {
        var actor = Sys.ActorOf(Props.Create(() => new Broken(where)));
        Watch(actor);
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task A_restart_of_the_parent_stops_its_children_and_their_mailboxes()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var parent = Sys.ActorOf(Props.Create(() => new Parent(TestActor, Props.Create(() => new Stasher()))));
        var child = await parent.Ask<IActorRef>("child", RemainingOrDefault);
        child.Tell("hold");
        child.Tell(1);
        Watch(child);
        parent.Tell("fail");
        await FishForMessageAsync<DeadLetter>(letter => letter.Message is 1);
        await ExpectTerminatedAsync(child);
        Assert.NotEqual(child, await parent.Ask<IActorRef>("child", RemainingOrDefault));
    }

    [Fact]
    public async Task A_failure_that_nobody_handles_vanishes()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create(() => new Stasher()));
        Watch(actor);
        actor.Tell(new Status.Failure(new InvalidDataException()));
        await ExpectMsgAsync<UnhandledMessage>();
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task The_children_of_a_parent_are_not_in_the_order_of_their_creation()
    {
        var names = Enumerable.Range(0, 50).Select(number => $"child-{number}").ToArray();
        var parent = Sys.ActorOf(Props.Create(() => new Many(names)));
        var found = await parent.Ask<string[]>("names", RemainingOrDefault);
        Assert.Equal(names.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.NotEqual(names, found);
    }

    sealed class Stasher : UntypedActor, IWithStash
    {
        bool _isHolding;

        public IStash Stash { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "hold":
                    _isHolding = true;
                    break;
                case "release":
                    _isHolding = false;
                    Stash.UnstashAll();
                    break;
                case "stop":
                    Context.Stop(Self);
                    break;
                case "fail":
                    throw new InvalidDataException();
                case int when _isHolding:
                    Stash.Stash();
                    break;
                case int number:
                    Sender.Tell(number);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }

    sealed class Broken : UntypedActor
    {
        readonly string _where;

        public Broken(string where)
        {
            _where = where;
            if (where == "constructor")
                throw new InvalidDataException();
        }

        protected override void PreStart()
        {
            if (_where == "PreStart")
                throw new InvalidDataException();
        }

        protected override void OnReceive(object message)
        {
        }
    }

    sealed class Parent : UntypedActor
    {
        readonly IActorRef _probe;
        readonly Props _props;
        readonly IActorRef _child;

        public Parent(IActorRef probe, Props child)
        {
            (_probe, _props) = (probe, child);
            _child = Context.Watch(Context.ActorOf(child, "child"));
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "child":
                    Sender.Tell(_child);
                    break;
                case "replace":
                    Context.Stop(_child);
                    try
                    {
                        Context.ActorOf(_props, "child");
                    }
                    catch (InvalidActorNameException e)
                    {
                        _probe.Tell(e);
                    }
                    break;
                case "create":
                    Context.ActorOf(_props, "child");
                    _probe.Tell("created");
                    break;
                case "fail":
                    throw new InvalidDataException();
                case Terminated:
                    _probe.Tell("terminated");
                    break;
            }
        }
    }

    sealed class Many : UntypedActor
    {
        public Many(string[] names)
        {
            foreach (var name in names)
                Context.ActorOf(Props.Create(() => new Stasher()), name);
        }

        protected override void OnReceive(object message) => Sender.Tell(Context.GetChildren().Select(child => child.Path.Name).ToArray());
    }
}
