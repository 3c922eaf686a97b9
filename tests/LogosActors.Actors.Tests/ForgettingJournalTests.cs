using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Persistence;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Actors.Tests;

public sealed class ForgettingJournalTests
{
    static readonly PersistencePlugins Plugins = PersistencePlugins.Named("forgetting");
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Events_in_memory_are_read_again_and_those_that_are_deleted_leave_the_heap()
    {
        var system = LogosSystem.Create("forgetting", NullLoggerFactory.Instance, JournalConfiguration.Memory(Plugins));
        try
        {
            ProtobufSerializer.Install(system, Notebook.Types);
            var deleted = await WriteAsync(system);

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();

            Assert.False(deleted.IsAlive);
            var again = system.ActorOf(Props.Create(() => new Diary()));
            Assert.Equal("kept", await again.Ask<string>("read", Timeout));
            Assert.Equal(2L, await again.Ask<long>("number", Timeout));
        }
        finally
        {
            await system.Terminate();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task<WeakReference> WriteAsync(ActorSystem system)
    {
        var diary = system.ActorOf(Props.Create(() => new Diary()));
        var first = await StoreAsync(diary);
        await diary.Ask<string>(new StringValue { Value = "kept" }, Timeout);
        Assert.Equal("deleted", await diary.Ask<string>("delete", Timeout));
        await diary.GracefulStop(Timeout);
        return first;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task<WeakReference> StoreAsync(IActorRef diary)
    {
        var line = new StringValue { Value = "deleted" };
        await diary.Ask<string>(line, Timeout);
        return new WeakReference(line);
    }

    sealed class Diary() : SupervisedPersistentActor(Plugins)
    {
        readonly List<string> _lines = [];
        IActorRef _asker = ActorRefs.Nobody;

        public override string PersistenceId => "diary";

        protected override void OnRecover(object message)
        {
            if (message is StringValue line)
                _lines.Add(line.Value);
        }

        protected override void OnCommand(object message)
        {
            _asker = message is DeleteMessagesSuccess ? _asker : Sender;
            switch (message)
            {
                case StringValue line:
                    Persist(line, _ => Sender.Tell("stored"));
                    break;
                case "delete":
                    DeleteMessages(LastSequenceNr - 1);
                    break;
                case "read":
                    Sender.Tell(string.Join(' ', _lines));
                    break;
                case "number":
                    Sender.Tell(LastSequenceNr);
                    break;
                case DeleteMessagesSuccess:
                    _asker.Tell("deleted");
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }
}
