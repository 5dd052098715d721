"""Figures in a text that are no part of its address: dates, times, areas, plates, accounts."""

from __future__ import annotations

import re

_FIGURES = re.compile(
    # 2024-02-22, 2024年2月22日, 2024年2月; right behind a name digits are its building
    r"(?<![\u4e00-\u9fff\d-])(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01]|[1-9])(?![\d-])"
    r"|(?:19|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}[日号](?!楼))?"
    r"|(?<![\u4e00-\u9fff\d])\d{1,2}月\d{1,2}[日号](?!楼|$|[- ]?\d{3,4}(?:室|$))"
    # 20:30; 44:2:503 are parts of a chain
    r"|(?<![\d:：])(?:[01]?\d|2[0-3])[:：][0-5]\d(?![\d:：])"
    # 136.28平米, a decimal between commas, 5kWh
    r"|\d+(?:\.\d+)?(?:平方米|平米|平方|㎡|m²|m2|kWh|千瓦时)"
    r"|(?<=[,，;；\t ])\d+\.\d{2}(?=$|[,，;；\t ])"
    # plates
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]·?(?=[A-Z0-9]*\d)[A-Z0-9]{5,6}(?![A-Z0-9])"
    # codes that a parcel, a report or an order is known by: 取件码3-2-5018, 工单号A-12
    r"|(?:取[件货餐]码|提货码|验证码|(?:报修|工|订|运|快递)单编?号"
    r"|(?:合同|发票|房源|流水|案件|警情|档案|受理|投诉|信访|保单)编?号)"
    r"[:：是为 ]*[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*"
    # marks of a page: <br>
    r"|<[^<>\u4e00-\u9fff]{1,20}>"
    # posts along a road: 209国道35公里处, K35+200
    r"|(?<=[道线路速])\d{1,4}(?:\.\d+)?(?:公里|千米|KM|km)(?:\+?\d{1,3}(?:米|m)?)?(?:处|桩)?"
    r"|(?<=[道线路速\d])K\d{1,4}(?:\+\d{1,3}|\.\d+)?(?:公里|米)?(?:处|桩)?"
    # numbers of meters, accounts and certificates
    r"|(?<![0-9A-Za-z-])\d{9,}(?![0-9A-Za-z-])|(?<=[号码号:：])\d{7,8}(?![0-9A-Za-z-])"
)
_MAY_BE = re.compile(r"[<年月码:：平㎡.千里kmA-Z-]|[单同票源水件情案理诉访]编?号|\d{7}|\d/\d")


def without_figures(text: str) -> str:
    """Return a text in which figures of other things are a stop and blanks, of the same length."""
    return _FIGURES.sub(_blank, text) if _MAY_BE.search(text) else text


def _blank(match: re.Match[str]) -> str:
    return ",".ljust(match.end() - match.start())
