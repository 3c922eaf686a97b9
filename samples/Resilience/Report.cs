using System.Globalization;
using Spectre.Console;

namespace LogosActors.Samples.Resilience;

/// <summary>One attack, and what it cost.</summary>
/// <param name="Process">Sender or receiver.</param>
/// <param name="Victim">The actor's class, or the process.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Back">After how long it answered again; null: it did not.</param>
/// <param name="Pause">The longest time in which no message came.</param>
internal sealed record Attack(string Process, string Victim, string Outcome, TimeSpan? Back, TimeSpan Pause);

/// <summary>Shows attacks and counts as they happen: a live table in a terminal, lines otherwise.</summary>
internal abstract class Report
{
    public static Report OnConsole() =>
        Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive ? new Lines(Console.Out) : new LiveTable(AnsiConsole.Console);

    /// <summary>Runs work while its report is shown.</summary>
    public abstract Task<T> ShowAsync<T>(Func<Task<T>> work);

    /// <summary>Something happens that costs nothing.</summary>
    public abstract void Note(string text);

    /// <summary>An attack is over.</summary>
    public abstract void Add(Attack attack);

    /// <summary>The counts of messages.</summary>
    public abstract void Count(Account account);

    static string Milliseconds(TimeSpan? time) => time is { } value ? $"{value.TotalMilliseconds.ToString("N0", CultureInfo.InvariantCulture)} ms" : "–";

    public static string Counts(Account account) => string.Create(
        CultureInfo.InvariantCulture,
        $"{account.Accepted:N0} accepted, {account.Received:N0} received, {account.Confirmed:N0} confirmed, {account.Repeated:N0} in hand at a kill and delivered again, {account.Doubled.Count:N0} doubled");

    sealed class Lines(TextWriter output) : Report
    {
        public override Task<T> ShowAsync<T>(Func<Task<T>> work) => work();

        public override void Note(string text) => output.WriteLine(text);

        public override void Add(Attack attack) =>
            output.WriteLine($"{attack.Process}: {attack.Victim} {attack.Outcome}, back after {Milliseconds(attack.Back)}, longest pause {Milliseconds(attack.Pause)}");

        public override void Count(Account account)
        {
            // Lines show the counts at the end only.
        }
    }

    sealed class LiveTable(IAnsiConsole console) : Report
    {
        const int Rows = 18;

        readonly Lock _gate = new();
        readonly List<Attack> _attacks = [];
        string _note = "";
        string _counts = "";
        LiveDisplayContext? _live;

        public override Task<T> ShowAsync<T>(Func<Task<T>> work) =>
            console.Live(Render()).StartAsync(async live =>
            {
                _live = live;
                return await work();
            });

        public override void Note(string text) => Update(() => _note = text);

        public override void Add(Attack attack) => Update(() => _attacks.Add(attack));

        public override void Count(Account account) => Update(() => _counts = Counts(account));

        void Update(Action change)
        {
            lock (_gate)
            {
                change();
                _live?.UpdateTarget(Render());
            }
        }

        Rows Render()
        {
            var table = new Table { Border = TableBorder.Rounded };
            table.AddColumns("Process", "Made to fail", "What became of it", "Back after", "Longest pause");
            foreach (var attack in _attacks.TakeLast(Rows))
                table.AddRow(new Text(attack.Process), new Text(attack.Victim), new Text(attack.Outcome), new Text(Milliseconds(attack.Back)), new Text(Milliseconds(attack.Pause)));
            return new Rows(table, new Text(_counts), new Text(_note));
        }
    }
}
