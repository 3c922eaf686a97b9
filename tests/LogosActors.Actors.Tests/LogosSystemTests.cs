using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace LogosActors.Actors.Tests;

public sealed class LogosSystemTests
{
    [Fact]
    public async Task What_an_actor_logs_reaches_the_factory_with_its_path_and_its_exception()
    {
        var logs = new CollectedLogs();
        using var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        var system = LogosSystem.Create("logs", factory);
        var actor = system.ActorOf(Props.Create(() => new Talker()), "talker");
        actor.Tell("hello");
        await logs.WaitForAsync(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("said hello", StringComparison.Ordinal)
            && entry.Scope == "ActorPath: akka://logs/user/talker");
        actor.Tell(new InvalidDataException("broken"));
        await logs.WaitForAsync(entry => entry is { Level: LogLevel.Error, Exception: InvalidDataException, Scope: "ActorPath: akka://logs/user/talker" });
        await system.Terminate();
        Assert.DoesNotContain(logs.Entries, entry => entry.Text.Contains("dead letters", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_caller_configures_takes_priority()
    {
        var system = LogosSystem.Create(
            "configured", NullLoggerFactory.Instance, ConfigurationFactory.ParseString("akka.loglevel = DEBUG, akka.scheduler.tick-duration = 50ms"),
            new TimeProviderSetup(new Midnight()), new RandomSetup(new Random(7)));
        Assert.Equal("DEBUG", system.Settings.LogLevel);
        Assert.Equal(TimeSpan.FromMilliseconds(50), system.Settings.Config.GetTimeSpan("akka.scheduler.tick-duration"));
        Assert.False(system.Settings.Config.GetBoolean("akka.actor.serialization-settings.allow-unregistered-types"));
        Assert.Equal(DateTimeOffset.UnixEpoch, system.TimeProvider().GetUtcNow());
        Assert.Equal(new Random(7).Next(), system.Random().Next());
        await system.Terminate();
    }

    [Fact]
    public async Task A_system_has_the_clock_and_the_random_numbers_of_the_machine_unless_told_otherwise()
    {
        var system = LogosSystem.Create("plain", NullLoggerFactory.Instance);
        Assert.Same(TimeProvider.System, system.TimeProvider());
        Assert.Same(Random.Shared, system.Random());
        await system.Terminate();
    }

    [Fact]
    public async Task Further_systems_start_quickly_and_several_of_one_name_live_side_by_side()
    {
        await LogosSystem.Create("same", NullLoggerFactory.Instance).Terminate();
        var watch = Stopwatch.StartNew();
        var systems = Enumerable.Range(0, 20).Select(_ => LogosSystem.Create("same", NullLoggerFactory.Instance)).ToArray();
        var elapsed = watch.Elapsed;
        foreach (var system in systems)
            await system.Terminate();
        Assert.True(elapsed < TimeSpan.FromSeconds(5), $"{elapsed}");
    }

    sealed class Midnight : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }

    sealed class Talker : SupervisedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Exception cause)
                throw cause;
            Log.Warning("{Who} said {What}", Self.Path.Name, message);
        }
    }

    sealed class CollectedLogs : ILoggerProvider, ILogger
    {
        readonly ConcurrentQueue<Entry> _entries = new();
        readonly LoggerExternalScopeProvider _scopes = new();

        public IReadOnlyCollection<Entry> Entries => _entries;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<object?>();
            _scopes.ForEachScope(static (scope, found) => found.Add(scope), scopes);
            _entries.Enqueue(new Entry(logLevel, formatter(state, exception), exception, string.Join(' ', scopes)));
        }

        public async Task WaitForAsync(Func<Entry, bool> match)
        {
            for (var i = 0; i < 500 && !_entries.Any(match); i++)
                await Task.Delay(10);
            Assert.True(_entries.Any(match), string.Join('\n', _entries));
        }

        public void Dispose()
        {
        }

        public sealed record Entry(LogLevel Level, string Text, Exception? Exception, string Scope);
    }
}
