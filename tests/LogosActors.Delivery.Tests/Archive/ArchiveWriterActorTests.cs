using Akka.Actor;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.TestKit;
using static LogosActors.Delivery.Tests.Archive.ArchiveSamples;

namespace LogosActors.Delivery.Tests.Archive;

public sealed class ArchiveWriterActorTests
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Every_message_is_kept_in_batches_that_do_not_overlap() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { MaxBatchMessages = 7 });
        var messages = Series(100);

        Send(writer, messages);
        simulation.RunFor(Minute);

        Assert.Equal(messages, archive.Batches.SelectMany(batch => batch));
        Assert.All(archive.Batches, batch => Assert.InRange(batch.Count, 1, 7));
        Assert.Equal(1, archive.MostAtOnce);
        Assert.True(archive.Batches.Count <= 17);
        Assert.Equal(new ArchiveWriter.Status(0, 0, 100, 0, 0, 0, null), StatusOf(simulation, writer));
    });

    [Fact]
    public void A_batch_has_no_more_bytes_than_it_may() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { MaxBatchBytes = 5_000 });
        var large = Message(Noon - 1, payload: new string('x', 20_000));

        Send(writer, [.. Enumerable.Range(0, 20).Select(i => Message(Noon + i, payload: new string('x', 1_000))), large]);
        simulation.RunFor(Minute);

        Assert.All(archive.Batches, batch => Assert.True(batch.Count <= 3));
        Assert.Equal([large], archive.Batches[^1]);
    });

    [Fact]
    public void A_message_alone_is_written_at_once_and_those_that_follow_it_together() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { WriteInterval = TimeSpan.FromSeconds(1), MaxBatchMessages = 50 });
        var messages = Series(100);

        Send(writer, messages[..1]);
        simulation.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal([1], archive.Batches.Select(batch => batch.Count));
        Send(writer, messages[1..10]);
        simulation.RunFor(TimeSpan.FromMilliseconds(100));
        Send(writer, messages[10..20]);
        simulation.RunFor(TimeSpan.FromMilliseconds(700));
        Assert.Single(archive.Batches);
        simulation.RunFor(TimeSpan.FromMilliseconds(200));
        Assert.Equal([1, 19], archive.Batches.Select(batch => batch.Count));
        // A whole batch does not wait.
        Send(writer, messages[20..80]);
        simulation.RunFor(TimeSpan.FromMilliseconds(100));

        Assert.Equal([1, 19, 50], archive.Batches.Select(batch => batch.Count));
        simulation.RunFor(Minute);
        Assert.Equal(messages[..80], archive.Batches.SelectMany(batch => batch));
    });

    [Fact]
    public void Ephemeral_messages_and_those_of_another_time_are_not_kept() => Explore((simulation, archive) =>
    {
        var now = (simulation.Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        var writer = Start(simulation, archive, new ArchiveWriterOptions { MaxTimeDifference = TimeSpan.FromSeconds(20) });
        var kept = new[] { Message(now - (20 * Second)), Message(now + (20 * Second)), Message(now, saysWhen: false) };
        var ephemeral = Message(now, payload: "typing…");

        Send(writer, kept);
        Send(writer, [Message(now - (20 * Second) - 1), Message(now + (20 * Second) + 1), Message(long.MinValue), Message(long.MaxValue)]);
        writer.Tell(new ArchiveWriter.Keep(ephemeral.Hash, Shard0, ephemeral.Message! with { IsEphemeral = true }));
        simulation.RunFor(Minute);

        Assert.Equal(kept, archive.Kept.OrderBy(message => Array.IndexOf(kept, message)));
        Assert.Equal(4, StatusOf(simulation, writer).OutOfTime);
    });

    [Fact]
    public void A_message_that_does_not_say_when_it_was_made_gets_the_time_when_it_came() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive);
        simulation.RunFor(TimeSpan.FromHours(5));
        var now = (simulation.Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

        Send(writer, [Message(0, saysWhen: false)]);
        simulation.RunFor(Minute);

        Assert.Equal(now, Assert.Single(archive.Kept).Time);
    });

    [Fact]
    public void A_database_that_is_away_costs_nothing_while_there_is_room() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive);
        var messages = Series(500);
        archive.Fault = _ => new ArchiveException(ArchiveFailure.Unreachable, "gone");

        foreach (var part in messages.Chunk(10))
        {
            Send(writer, part);
            simulation.RunFor(TimeSpan.FromSeconds(10));
        }
        Assert.Equal(ArchiveFailure.Unreachable, StatusOf(simulation, writer).Failure);
        Assert.Equal(500, StatusOf(simulation, writer).Waiting);
        // Every 10 s, and at first sooner: not in a busy loop.
        Assert.InRange(archive.Batches.Count, 40, 80);
        archive.Fault = static _ => null;
        simulation.RunFor(Minute);

        Assert.Equal(messages.Hashes().ToHashSet(), archive.Kept.Hashes().ToHashSet());
        Assert.Equal(new ArchiveWriter.Status(0, 0, 500, 0, 0, 0, null), StatusOf(simulation, writer));
    });

    [Fact]
    public void The_oldest_that_wait_are_dropped_and_counted_when_there_are_too_many() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { MaxWaitingMessages = 50, MaxBatchMessages = 5 });
        archive.Latency = TimeSpan.FromSeconds(30);
        var messages = Series(200);
        var dropped = new DroppedMessages();

        Send(writer, messages);
        simulation.RunFor(TimeSpan.FromSeconds(1));
        var status = StatusOf(simulation, writer);
        archive.Latency = TimeSpan.Zero;
        simulation.RunFor(Minute);

        Assert.InRange(status.Waiting, 50, 55);
        Assert.Equal(200 - status.Waiting, status.Overflowed);
        Assert.True(dropped.Count >= status.Overflowed);
        Assert.Equal(status.Waiting, archive.Kept.Count);
        Assert.Subset(archive.Kept.Hashes().ToHashSet(), messages[150..].Hashes().ToHashSet());
    });

    [Fact]
    public void Large_messages_are_dropped_by_their_bytes() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { MaxWaitingBytes = 100_000 });
        archive.Fault = _ => new ArchiveException(ArchiveFailure.Full, "full");

        Send(writer, [.. Enumerable.Range(0, 50).Select(i => Message(Noon + i, payload: new string('x', 10_000)))]);
        simulation.RunFor(Minute);

        var status = StatusOf(simulation, writer);
        Assert.InRange(status.WaitingBytes, 80_000, 120_000);
        Assert.Equal(50 - status.Waiting, status.Overflowed);
    });

    [Fact]
    public void A_message_that_the_database_does_not_take_costs_no_other() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive);
        var messages = Series(100);
        archive.Fault = batch => batch.Contains(messages[37]) ? new ArchiveException(ArchiveFailure.Refused, "what is this?") : null;

        Send(writer, messages);
        simulation.RunUntil(() => archive.Kept.Count == 99, TimeSpan.FromMinutes(10));
        simulation.RunFor(Minute);

        Assert.DoesNotContain(messages[37], archive.Kept);
        var status = StatusOf(simulation, writer);
        Assert.Equal((0, 99, 1), (status.Waiting, status.Appended, status.Refused));
    });

    [Fact]
    public void Any_mixture_of_failures_keeps_every_message_once() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { MaxBatchMessages = 9 });
        var random = simulation.Random;
        var messages = Series(150);
        var failures = Enum.GetValues<ArchiveFailure>().Except([ArchiveFailure.Refused]).ToArray();
        archive.Fault = _ => random.Next(3) == 0 ? new ArchiveException(failures[random.Next(failures.Length)], "sometimes") : null;

        foreach (var part in messages.Chunk(20))
        {
            Send(writer, part);
            simulation.RunFor(TimeSpan.FromMilliseconds(random.Next(3_000)));
        }
        simulation.RunUntil(() => archive.Kept.Count == 150, TimeSpan.FromHours(1));
        simulation.RunFor(Minute);

        Assert.Equal(messages.Hashes(), archive.Appended.Hashes());
        Assert.Equal(0, StatusOf(simulation, writer).Overflowed);
    });

    [Fact]
    public void Retention_goes_on_at_its_interval_whatever_fails() => Explore((simulation, archive) =>
    {
        archive.Fault = _ => new ArchiveException(ArchiveFailure.Locked, "locked");
        Start(simulation, archive, new ArchiveWriterOptions { Retention = new RetentionPolicy { MaxCount = 5 }, RetentionInterval = Minute });

        simulation.RunFor(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        Assert.Equal(10, archive.Retentions.Count);
        Assert.All(archive.Retentions.Zip(archive.Retentions.Skip(1), (before, after) => after - before), interval => Assert.Equal(60 * Second, interval));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(72)]
    [InlineData(-72)]
    public void What_is_kept_by_its_age_survives_a_clock_that_is_wrong(int hoursAhead)
    {
        using var simulation = new Simulation();
        var archive = new FaultyArchive(simulation.Time);
        var writer = Start(simulation, archive, new ArchiveWriterOptions { Retention = new RetentionPolicy { MaxAge = TimeSpan.FromHours(48) } });
        simulation.RunFor(TimeSpan.FromMinutes(5));
        Assert.All(archive.Policies, policy => Assert.Null(policy.MaxAge));
        var start = (simulation.Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        Send(writer, [Message(start)]);

        simulation.StepClock(TimeSpan.FromHours(hoursAhead));
        simulation.RunFor(TimeSpan.FromMinutes(10));

        var (policy, now) = (archive.Policies[^1], archive.Retentions[^1]);
        Assert.Equal(TimeSpan.FromHours(48), policy.MaxAge);
        Assert.InRange((now - start) / (60 * Second), hoursAhead < 0 ? (hoursAhead * 60) + 9 : 9, hoursAhead < 0 ? (hoursAhead * 60) + 10 : 10);
    }

    [Fact]
    public void Finishing_writes_what_waits_and_then_stops() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { MaxBatchMessages = 10 });
        Send(writer, Series(95));

        var finished = simulation.Ask<ArchiveWriter.Finished>(writer, ArchiveWriter.Finish.Instance, Minute);

        Assert.Equal(0, finished.Lost);
        Assert.Equal(95, archive.Kept.Count);
    });

    [Fact]
    public void Finishing_does_not_wait_for_ever() => Explore((simulation, archive) =>
    {
        var writer = Start(simulation, archive, new ArchiveWriterOptions { FinishTimeout = TimeSpan.FromSeconds(5) });
        archive.Fault = _ => new ArchiveException(ArchiveFailure.Unreachable, "gone");
        Send(writer, Series(95));
        var before = simulation.Time.GetUtcNow();

        var finished = simulation.Ask<ArchiveWriter.Finished>(writer, ArchiveWriter.Finish.Instance, Minute);

        Assert.Equal(95, finished.Lost);
        Assert.Equal(TimeSpan.FromSeconds(5), simulation.Time.GetUtcNow() - before);
    });

    static void Explore(Action<Simulation, FaultyArchive> program) =>
        Simulation.Explore(20, simulation => program(simulation, new FaultyArchive(simulation.Time)));

    static IActorRef Start(Simulation simulation, IMessageArchive archive, ArchiveWriterOptions? options = null) =>
        simulation.Start().ActorOf(ArchiveWriterActor.Props(archive, options ?? new ArchiveWriterOptions()), "writer");

    static void Send(IActorRef writer, IEnumerable<ArchivedMessage> messages)
    {
        foreach (var message in messages)
            writer.Tell(new ArchiveWriter.Keep(message.Hash, message.PubsubTopic, message.Message!));
    }

    static ArchiveWriter.Status StatusOf(Simulation simulation, IActorRef writer) =>
        simulation.Ask<ArchiveWriter.Status>(writer, ArchiveWriter.GetStatus.Instance, Minute);

    /// <summary>What the metric counts, of all tests that run meanwhile.</summary>
    sealed class DroppedMessages
    {
        readonly long _before = ArchiveMetrics.Dropped.Total;

        public long Count => ArchiveMetrics.Dropped.Total - _before;
    }
}
