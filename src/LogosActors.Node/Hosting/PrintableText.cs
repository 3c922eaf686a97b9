namespace LogosActors.Node.Hosting;

/// <summary>A stranger's text on one line of a terminal or a log: what could run there or forge a line is shown instead.</summary>
internal static class PrintableText
{
    /// <summary>The text with a visible character in the place of each control character, line end and change of direction.</summary>
    public static string Of(string text) => text.All(static letter => Shown(letter) == letter) ? text : string.Concat(text.Select(Shown));

    static char Shown(char letter) => letter switch
    {
        '\t' => letter,
        < ' ' => (char)('\u2400' + letter), // ␀ – ␟
        '\u007f' => '␡',
        '\u2028' or '\u2029' => '�', // further ends of a line
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' => '�', // what turns the direction of the text around
        _ => char.IsControl(letter) ? '�' : letter,
    };
}
